import { DatabaseError } from 'pg';
import { instantArray, jsonLines, textArray, uuidArray } from '../../platform/database/arrays';
import { countOfEach } from '../../platform/database/bounded-count';
import type { Sql, Tx } from '../../platform/database/database';
import {
  type InstantPosition,
  newestFirst,
  type PageKey,
  type PageRange,
  readPages,
} from '../../platform/database/keyset';
import { prepared } from '../../platform/database/prepared';
import { type RetellError, TransactionConflict } from '../../platform/database/transaction';
import { digestOf } from '../../shared/digest';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import { storableText } from '../../shared/text';

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
    prepared(`select message_key as "messageKey", event_id as "eventId", identifier_id as "identifierId"
     from event_receipt where message_key = any($1::uuid[])`),
    [uuidArray(messageKeys)],
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
 * Stores events and their receipts. The transaction is run again where a concurrent one stored one
 * of the messages first.
 * @param retellUnstored what it means where an event itself cannot be stored
 */
export function insertEvents(
  tx: Tx,
  events: readonly EventRow[],
  retellUnstored?: RetellError,
): void {
  if (events.length === 0) return;
  // Not `on conflict`: asking first for each costs more than starting over once in a while.
  tx.send(
    prepared(`insert into event_receipt (message_key, event_id, identifier_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])`),
    [
      uuidArray(events.map((event) => event.messageKey)),
      uuidArray(events.map((event) => event.eventId)),
      uuidArray(events.map((event) => event.identifierId)),
    ],
    retellUnreceived,
  );
  tx.send(
    prepared(`insert into event (identifier_id, occurred_at, event_id, source, message_id, name, channel,
       identifiers, properties, received_at)
     select identifier_id, from_ms(occurred_ms), event_id, source, message_id, name, channel,
       identifiers, properties, from_ms(received_ms)
     from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[],
       $7::text[], string_to_array($8, e'\\n')::jsonb[], string_to_array($9, e'\\n')::jsonb[],
       $10::bigint[])
       as n (identifier_id, occurred_ms, event_id, source, message_id, name, channel, identifiers,
         properties, received_ms)`),
    [
      uuidArray(events.map((event) => event.identifierId)),
      instantArray(events.map((event) => event.occurredAt)),
      uuidArray(events.map((event) => event.eventId)),
      textArray(events.map((event) => event.source)),
      textArray(events.map((event) => event.messageId)),
      textArray(events.map((event) => event.name)),
      events.map((event) => event.channel),
      jsonLines(events.map((event) => event.identifiers.map(storableIdentifier))),
      jsonLines(events.map((event) => event.properties)),
      instantArray(events.map((event) => event.receivedAt)),
    ],
    retellUnstored,
  );
}

function retellUnreceived(error: unknown): unknown {
  const isTaken = error instanceof DatabaseError && error.constraint === 'event_receipt_pkey';
  if (!isTaken) return error;
  return new TransactionConflict('A message arrived twice at once, with different identifiers.');
}

export interface StoredEvent {
  readonly name: string;
  readonly properties: JsonObject;
}

/** What was accepted as a message; null where nothing was, or it is too old to be kept. */
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

/** An identifier that was not used for what it holds must not keep its event from being stored. */
function storableIdentifier({ namespace, value }: { namespace: string; value: string }) {
  return { namespace: storableText(namespace), value: storableText(value) };
}

interface BriefEvent {
  readonly eventId: EventId;
  readonly name: string;
  readonly occurredAt: Date;
}

interface EventDetails {
  readonly source: string;
  readonly messageId: string;
  readonly channel: string | null;
  readonly properties: JsonObject;
  readonly receivedAt: Date;
}

export interface ProfileEventRow extends BriefEvent, EventDetails {}

/** Without details where nobody wanted any. */
export interface EventOfPage extends BriefEvent, Partial<EventDetails> {}

/** A page of one profile's events. */
export interface EventPage extends PageKey<InstantPosition> {
  readonly profileId: ProfileId;
  /** With more than what is brief, which is most of what there is to read of an event. */
  readonly withDetails: boolean;
}

/** The order in which a profile's events are listed. */
const eventOrder = newestFirst('e.occurred_at', 'e.event_id');

/** What is read of the row `e`. */
const BRIEF_COLUMNS = 'e.event_id as "eventId", e.name, e.occurred_at as "occurredAt"';
const ALL_COLUMNS = `${BRIEF_COLUMNS}, e.source, e.message_id as "messageId", e.channel,
  e.properties, e.received_at as "receivedAt"`;

/**
 * The events of each page. Each identifier gives its own from the page's end of its history, through
 * the primary key, month by month, so the cost follows the page and not the length of the history.
 */
export function findEventPages(
  sql: Sql,
  pages: readonly EventPage[],
): Promise<readonly (readonly EventOfPage[])[]> {
  return readPages(pages, (alike) => {
    const { asked, within, order, parameters } = eventOrder.pages(alike, {
      profile_id: ['uuid', ({ profileId }) => profileId],
    });
    const columns = alike.some(({ withDetails }) => withDetails) ? ALL_COLUMNS : BRIEF_COLUMNS;
    return sql.query<EventOfPage & { page: number }>(
      `select p.page, ${columns}
       from ${asked}
       cross join lateral (
         select e.*
         from identifier i
         cross join lateral ${eventsNearest(alike[0]?.page, alike.length)} e
         where i.profile_id = p.profile_id and ${within}
         order by ${order}
         limit p.size
       ) e
       order by p.page, ${eventOrder.order}`,
      parameters,
    );
  });
}

/** How many events each profile has; see `countOfEach`. */
export function countEvents(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<readonly number[]> {
  const rows = 'identifier i join event e using (identifier_id) where i.profile_id = owner.id';
  return countOfEach(sql, profileIds, rows);
}

/** No id is larger. */
const LARGEST_ID = `uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'`;

/**
 * Of so many pages a statement that begins with all months of events, but once, is the faster;
 * of fewer the function, which is called for each identifier and begins with its months alone.
 */
const MANY_PAGES = 10;

/**
 * The events of the identifier `i` that are nearest to the end of the list where the page `p` begins.
 * The bound at the other end is left to the condition of the page: it takes away from the far end
 * only. That nothing happened before the identifier was first seen, nor after it was last seen, says
 * which months need not be looked into.
 */
function eventsNearest(shape: PageRange<InstantPosition> | undefined, pages: number): string {
  const places = {
    after: shape?.after ? { at: 'p.after_0', id: 'p.after_1' } : null,
    before: shape?.before ? { at: 'p.before_0', id: 'p.before_1' } : null,
  };
  if (shape?.isBackward) {
    const latest = places.after?.at ?? `'infinity'`;
    const { at = `'-infinity'`, id = 'null' } = places.before ?? {};
    return `earliest_events(i.identifier_id, i.first_seen_at, ${at}, ${id}, ${latest}, p.size)`;
  }
  const since = places.before
    ? `greatest(i.first_seen_at, ${places.before.at})`
    : 'i.first_seen_at';
  if (places.after === null) {
    if (pages >= MANY_PAGES) return latestOfMany(since);
    return `latest_events(i.identifier_id, ${since}, i.last_seen_at, ${LARGEST_ID}, p.size)`;
  }
  const { at, id } = places.after;
  return `latest_events(i.identifier_id, ${since}, least(${at}, i.last_seen_at),
    case when ${at} > i.last_seen_at then ${LARGEST_ID} else ${id} end, p.size)`;
}

/** What `latest_events` gives, from the end of the history. */
function latestOfMany(since: string): string {
  return `(
    select * from event e
    where e.identifier_id = i.identifier_id
      and e.occurred_at >= ${since} and e.occurred_at <= i.last_seen_at
    order by ${eventOrder.order}
    limit p.size
  )`;
}
