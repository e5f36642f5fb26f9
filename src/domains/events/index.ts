export { defaultEventMap } from './events.map';
export type {
  AcceptedEvent,
  Contribution,
  EventProjector,
  EventSchemas,
  ExpectedEvent,
  FindHolders,
  IncomingEvent,
  JudgeBySchema,
  JudgedEvent,
  SchemaVerdict,
  SchemaViolation,
} from './events.model';
export { EventReads } from './events.reads';
export { EventResolver } from './events.resolver';
export { defaultEventLimits } from './events.rules';
export type { SampledEvent } from './events.sample.store';
export {
  EVENT_BATCH_MAX,
  type EventOutcome,
  EventService,
} from './events.service';
export {
  type EventIngest,
  MessageIdReused,
  recordForProfile,
} from './events.single';
export {
  type ConsentPreference,
  isConsentEvent,
  readConsentPreferences,
} from './maps/consent-preferences';
export {
  COMMENT_LENGTH_MAX,
  type FeedbackFacts,
  type FeedbackKind,
  readFeedback,
  type ScoreScale,
  scoreFault,
  scoreScale,
} from './maps/feedback-signals';
