import type { IdSource, ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import type { Sql, Tx } from '../database/database';
import { prepared } from '../database/prepared';
import { PROFILE_CHANGED } from '../live/topics';

/** Something that happened to a profile, told to others after the commit and never before. */
export interface OutboxMessage {
  readonly profileId: ProfileId;
  /** `<domain>.<what-happened>`, e.g. `lifecycle.stage-changed`. */
  readonly topic: string;
  readonly payload: JsonObject;
}

/**
 * Appends messages in the transaction of what they tell of: both are there, or neither. Each is
 * noted by its topic as well, with the ids of profile and message.
 */
export function appendToOutbox(
  tx: Tx,
  ids: IdSource,
  messages: readonly OutboxMessage[],
  now: Date,
): void {
  if (messages.length === 0) return;
  const messageIds = messages.map(() => ids.next<string>());
  tx.note(
    PROFILE_CHANGED,
    messages.map(({ profileId }) => profileId),
  );
  messages.forEach(({ topic, profileId }, index) => {
    tx.note(topic, [`${profileId}:${messageIds[index]}`]);
  });
  tx.send(
    prepared(`insert into outbox_message (profile_id, id, topic, payload, created_at)
     select profile_id, id, topic, payload, $5
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) as m (profile_id, id, topic, payload)`),
    [
      messages.map((message) => message.profileId),
      messageIds,
      messages.map((message) => message.topic),
      messages.map((message) => JSON.stringify(message.payload)),
      now,
    ],
  );
}

/** Which message, of which profile. */
export interface OutboxPlace {
  readonly profileId: ProfileId;
  readonly id: string;
}

/** The place that a message was noted by. */
export function toOutboxPlace(noted: string): OutboxPlace {
  const [profileId = '', id = ''] = noted.split(':');
  return { profileId: profileId as ProfileId, id };
}

/** Messages by their places, in the order asked for; those that are not there are left out. */
export async function findMessages(
  sql: Sql,
  places: readonly OutboxPlace[],
): Promise<readonly OutboxMessage[]> {
  return sql.query<OutboxMessage>(
    `select m.profile_id as "profileId", m.topic, m.payload
     from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (profile_id, id, place)
     join outbox_message m using (profile_id, id)
     order by asked.place`,
    [places.map(({ profileId }) => profileId), places.map(({ id }) => id)],
  );
}
