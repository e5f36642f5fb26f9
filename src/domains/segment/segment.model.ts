import type { JsonObject, JsonValue } from '../../shared/json';

/** The calls of Segment's tracking API. */
export const callTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;

export type CallType = (typeof callTypes)[number];

/** What a request holds, whatever its form: a batch, or one item by itself. */
export interface SentRequest {
  /** Nothing is known of an item but that it is JSON. */
  readonly items: readonly JsonValue[];
  /** Of the batch; every item that does not say otherwise has it. */
  readonly context: JsonObject | null;
  /** When the sender's clock said it was sent, in milliseconds; null where it did not say. */
  readonly sentAtMs: number | null;
  /** That of the address; null where each item has to name its own. */
  readonly callType: CallType | null;
}

/** Something to tell a sender of an item that was taken in all the same. */
export type ItemWarning = 'ALIAS_OF_ITSELF';
