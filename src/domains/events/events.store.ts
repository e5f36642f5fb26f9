import type { Sql, Tx } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/graphql/instant-cursor';
import { digestOf } from '../../shared/digest';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import { storableText } from '../../shared/text';
import type { Rejection } from './events.rules';

/** Names one message of one source in 16 bytes, whatever the length of its id. */
export function messageKey(source: string, messageId: string): string {
  return digestOf(`${source}\0${messageId}`);
}

export interface Receipt {
  readonly messageKey: string;
  readonly eventId: EventId;
  readonly identifierId: IdentifierId;
}

/** The receipts of those messages that were accepted before. */
export function findReceipts(sql: Sql, messageKeys: readonly string[]): Promise<Receipt[]> {
  return sql.query<Receipt>(
    `select message_key as "messageKey", event_id as "eventId", identifier_id as "identifierId"
     from event_receipt where message_key = any($1::uuid[])`,
    [messageKeys],
  );
}

export interface EventRow extends Receipt {
  readonly source: string;
  readonly messageId: string;
  readonly name: string;
  readonly channel: string | null;
  /** As they were sent, but for what PostgreSQL cannot store. */
  readonly identifiers: readonly { readonly namespace: string; readonly value: string }[];
  readonly properties: JsonObject;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
}

/**
 * Stores events and their receipts.
 * @returns the message keys stored: one is missing where a concurrent transaction came first
 */
export async function insertEvents(tx: Tx, events: readonly EventRow[]): Promise<string[]> {
  if (events.length === 0) return [];
  const stored = await tx.query<{ messageKey: string }>(
    `insert into event_receipt (message_key, event_id, identifier_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])
     on conflict (message_key) do nothing
     returning message_key as "messageKey"`,
    [
      events.map((event) => event.messageKey),
      events.map((event) => event.eventId),
      events.map((event) => event.identifierId),
    ],
  );
  await tx.query(
    `insert into event (identifier_id, occurred_at, event_id, source, message_id, name, channel,
       identifiers, properties, received_at)
     select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[],
       $6::text[], $7::text[], $8::jsonb[], $9::jsonb[], $10::timestamptz[])`,
    [
      events.map((event) => event.identifierId),
      events.map((event) => event.occurredAt),
      events.map((event) => event.eventId),
      events.map((event) => event.source),
      events.map((event) => event.messageId),
      events.map((event) => event.name),
      events.map((event) => event.channel),
      events.map((event) => JSON.stringify(event.identifiers.map(storableIdentifier))),
      events.map((event) => JSON.stringify(event.properties)),
      events.map((event) => event.receivedAt),
    ],
  );
  return stored.map((row) => row.messageKey);
}

export interface StoredEvent {
  readonly name: string;
  readonly properties: JsonObject;
}

/** What was accepted as a message; null where nothing was. */
export async function findAcceptedEvent(sql: Sql, messageKey: string): Promise<StoredEvent | null> {
  const [event] = await sql.query<StoredEvent>(
    `select e.name, e.properties
     from event_receipt r
     join event e using (identifier_id, event_id)
     where r.message_key = $1`,
    [messageKey],
  );
  return event ?? null;
}

export interface QuarantineRow extends Rejection {
  readonly messageKey: string;
  readonly quarantineId: string;
  readonly source: string;
  readonly messageId: string;
  /** The whole event as JSON. */
  readonly payload: string;
}

/**
 * Keeps what was rejected; a message sent again replaces what was kept of it before.
 * @returns the keys of the messages that were not here for the same reason already
 */
export async function quarantine(
  tx: Tx,
  rows: readonly QuarantineRow[],
  now: Date,
): Promise<readonly string[]> {
  if (rows.length === 0) return [];
  const kept = await tx.query<{ messageKey: string; isNew: boolean }>(
    `with earlier as (
       select message_key, reason from quarantined_event where message_key = any($1::uuid[])
     )
     insert into quarantined_event as kept
       (message_key, quarantine_id, source, message_id, reason, detail, payload, received_at)
     select distinct on (q.message_key) q.*, $8::timestamptz
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::text[]) as q (message_key)
     on conflict (message_key) do update set
       reason = excluded.reason, detail = excluded.detail, payload = excluded.payload,
       received_at = excluded.received_at
     returning message_key as "messageKey", not exists (
       select from earlier
       where earlier.message_key = kept.message_key and earlier.reason = kept.reason
     ) as "isNew"`,
    [
      rows.map((row) => row.messageKey),
      rows.map((row) => row.quarantineId),
      rows.map((row) => storableText(row.source)),
      rows.map((row) => storableText(row.messageId)),
      rows.map((row) => row.reason),
      rows.map((row) => storableText(row.detail)),
      rows.map((row) => row.payload),
      now,
    ],
  );
  return kept.filter(({ isNew }) => isNew).map(({ messageKey }) => messageKey);
}

/** An identifier that was not used for what it holds must not keep its event from being stored. */
function storableIdentifier({ namespace, value }: { namespace: string; value: string }) {
  return { namespace: storableText(namespace), value: storableText(value) };
}

export interface ProfileEventRow {
  readonly eventId: EventId;
  readonly name: string;
  readonly source: string;
  readonly messageId: string;
  readonly channel: string | null;
  readonly properties: JsonObject;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
}

/**
 * The latest events of each profile, newest first. Each identifier gives its own newest through the
 * primary key, so the cost follows the page and not the length of the history.
 */
export function findEvents(
  sql: Sql,
  profileIds: readonly ProfileId[],
  before: InstantPosition | null,
  limit: number,
): Promise<(ProfileEventRow & { profileId: ProfileId })[]> {
  return sql.query(
    `select p.profile_id as "profileId", e.event_id as "eventId", e.name, e.source,
       e.message_id as "messageId", e.channel, e.properties, e.occurred_at as "occurredAt",
       e.received_at as "receivedAt"
     from unnest($1::uuid[]) as p (profile_id)
     cross join lateral (
       select newest.*
       from identifier i
       cross join lateral (
         select * from event
         where identifier_id = i.identifier_id
           and ($2::timestamptz is null or (occurred_at, event_id) < ($2, $3::uuid))
         order by occurred_at desc, event_id desc
         limit $4
       ) newest
       where i.profile_id = p.profile_id
       order by newest.occurred_at desc, newest.event_id desc
       limit $4
     ) e
     order by p.profile_id, e.occurred_at desc, e.event_id desc`,
    [profileIds, before?.at ?? null, before?.id ?? null, limit],
  );
}
