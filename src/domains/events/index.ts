export { EventCountReads, type EventCounts } from './events.counts.reads';
export { DayEventReads, type DayEvents } from './events.days.reads';
export { PROFILE_ID_NAMESPACE } from './events.intake';
export { EventLanes } from './events.lanes';
export { defaultEventMap } from './events.map';
export {
  type AcceptedEvent,
  type AllowedEvents,
  type Contribution,
  type EventAdmission,
  type EventProjector,
  type EventSchemas,
  type ExpectedEvent,
  everythingAllowed,
  type FindHolders,
  type IncomingEvent,
  type JudgeBySchema,
  type JudgedEvent,
  type SchemaVerdict,
  type SchemaViolation,
} from './events.model';
export { EventPartitions } from './events.partitions';
export { readPayload, type WrittenEvent, writePayload } from './events.payload.rules';
export type { UnreadableItem } from './events.quarantine';
export { EventReads } from './events.reads';
export { EventResolver, toEvent, toIncoming } from './events.resolver';
export { EventRetention } from './events.retention';
export { defaultEventLimits, type EventLimits } from './events.rules';
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
export { Event, EventInput } from './events.types';
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
