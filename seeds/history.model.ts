import type { IncomingEvent } from '../src/domains/events';
import type { JsonObject } from '../src/shared/json';
import type { Channel, Customer } from './customer';

/** Every event name the demo data uses. */
export const demoEventNames = [
  'Page Viewed',
  'Product Viewed',
  'App Opened',
  'Identify',
  'Signed Up',
  'Signed In',
  'Order Completed',
  'Order Refunded',
  'Post Created',
  'Comment Created',
  'Answer Created',
  'Content Liked',
  'Content Shared',
  'Product Shared',
  'Event Attended',
  'Checked In',
  'Feedback Submitted',
  'Referral Claimed',
] as const;

export type DemoEventName = (typeof demoEventNames)[number];

/** An event before it has a time and an id. */
export interface DraftEvent {
  /** Days before now. */
  readonly age: number;
  readonly name: DemoEventName;
  readonly channel: Channel;
  readonly identifiers: IncomingEvent['identifiers'];
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
}

/** A customer with what they did. */
export interface Story {
  readonly customer: Customer;
  /** Oldest first. */
  readonly events: readonly DraftEvent[];
}
