export { defaultEventMap } from './events.map';
export type {
  AcceptedEvent,
  Contribution,
  EventProjector,
  ExpectedEvent,
  FindHolders,
  IncomingEvent,
} from './events.model';
export { readPayload, type WrittenEvent, writePayload } from './events.payload.rules';
export { EventReads } from './events.reads';
export { EventResolver, toIncoming } from './events.resolver';
export { defaultEventLimits, type EventLimits } from './events.rules';
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
export { EventInput } from './events.types';
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
