import type { IdSource, ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import type { Tx } from '../database/database';
import { prepared } from '../database/prepared';

/** Something that happened to a profile, told to others after the commit and never before. */
export interface OutboxMessage {
  readonly profileId: ProfileId;
  /** `<domain>.<what-happened>`, e.g. `lifecycle.stage-changed`. */
  readonly topic: string;
  readonly payload: JsonObject;
}

/** Appends messages in the transaction of what they tell of: both are there, or neither. */
export function appendToOutbox(
  tx: Tx,
  ids: IdSource,
  messages: readonly OutboxMessage[],
  now: Date,
): void {
  if (messages.length === 0) return;
  tx.send(
    prepared(`insert into outbox_message (profile_id, id, topic, payload, created_at)
     select profile_id, id, topic, payload, $5
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) as m (profile_id, id, topic, payload)`),
    [
      messages.map((message) => message.profileId),
      messages.map(() => ids.next()),
      messages.map((message) => message.topic),
      messages.map((message) => JSON.stringify(message.payload)),
      now,
    ],
  );
}
