import { COUNTED_MAX } from '../../platform/database/bounded-count';
import type { Sql, Tx } from '../../platform/database/database';
import {
  type InstantPosition,
  inListOrder,
  newestFirst,
  type PageRange,
} from '../../platform/database/keyset';
import type { EventId, QuarantineId } from '../../shared/ids';
import { storableText } from '../../shared/text';
import type {
  QuarantineConditions,
  QuarantineCount,
  QuarantinedRow,
  QuarantineState,
} from './quarantine.model';

/**
 * The event that was accepted meanwhile under the id of one that is pending: its sender corrected
 * it. The pipeline does not look into the quarantine for each event it accepts, so it is found out
 * here, by one look-up for each row; `offset 0` keeps it one.
 */
const ACCEPTED_MEANWHILE = `
  left join lateral (
    select event_id from event_receipt
    where q.state = 'PENDING' and message_key = q.message_key
    offset 0
  ) meanwhile on true`;

/**
 * The same as a condition. By `offset 0` it is one look-up for each row as well: as a join, its
 * rows would be taken to be few, and all there are would be sorted for the first page of a list.
 */
const WAS_ACCEPTED = `exists (
  select from event_receipt where message_key = q.message_key offset 0
)`;

const columns = `
  q.quarantine_id as "quarantineId", q.source, q.message_id as "messageId", q.reason, q.detail,
  q.payload, q.first_received_at as "firstReceivedAt", q.last_received_at as "lastReceivedAt",
  q.times_received as "timesReceived", q.file_name as "fileName",
  q.line_number as "lineNumber", q.correction, q.corrected_at as "correctedAt",
  q.corrected_by as "correctedBy", q.correction_reason as "correctionReason",
  case when q.state = 'PENDING' and meanwhile.event_id is not null then 'SUPERSEDED'
    else q.state end as state,
  coalesce(q.event_id, meanwhile.event_id) as "eventId", q.settled_at as "settledAt",
  q.settled_by as "settledBy", q.settlement_reason as "settlementReason"`;

/** Over $1 … $5. */
function conditionsOn(state: QuarantineState | null): string {
  return `
    ($1::text is null or q.source = $1) and ($2::text is null or q.reason = $2)
    and ($3::timestamptz is null or q.first_received_at >= $3)
    and ($4::timestamptz is null or q.first_received_at < $4)
    and ${stateCondition(state)}`;
}

function stateCondition(state: QuarantineState | null): string {
  switch (state) {
    case null:
      return '$5::text is null';
    case 'PENDING':
      return `q.state = $5 and not ${WAS_ACCEPTED}`;
    case 'SUPERSEDED':
      return `(q.state = $5 or q.state = 'PENDING' and ${WAS_ACCEPTED})`;
    default:
      return 'q.state = $5';
  }
}

function parametersOf({ source, reason, since, until, state }: QuarantineConditions) {
  return [source, reason, since, until, state];
}

const arrivals = newestFirst('q.first_received_at', 'q.quarantine_id');

/** Those under the conditions, newest first. */
export async function findPage(
  sql: Sql,
  conditions: QuarantineConditions,
  range: PageRange<InstantPosition>,
): Promise<QuarantinedRow[]> {
  const parameters: unknown[] = parametersOf(conditions);
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const { within, order } = arrivals.page(range, bind);
  const rows = await sql.query<QuarantinedRow>(
    `select ${columns}
     from quarantined_event q ${ACCEPTED_MEANWHILE}
     where ${conditionsOn(conditions.state)} and ${within}
     order by ${order}
     limit ${bind(range.limit)}`,
    parameters,
  );
  return inListOrder(rows, range);
}

/** How many there are under the conditions, at most `COUNTED_MAX`. */
export async function countUnder(sql: Sql, conditions: QuarantineConditions): Promise<number> {
  const [row] = await sql.query<{ counted: number }>(
    `select count(*)::int as counted from (
       select from quarantined_event q
       where ${conditionsOn(conditions.state)}
       limit ${COUNTED_MAX}
     ) bounded`,
    parametersOf(conditions),
  );
  return row?.counted ?? 0;
}

/** Those of the ids that there are. */
export function findByIds(sql: Sql, ids: readonly QuarantineId[]): Promise<QuarantinedRow[]> {
  return sql.query<QuarantinedRow>(
    `select ${columns} from quarantined_event q ${ACCEPTED_MEANWHILE}
     where q.quarantine_id = any($1::uuid[])`,
    [ids],
  );
}

/**
 * How many are pending, for each source and reason: the most first. All of them are looked at, so
 * it is left to the database how best to find what was accepted meanwhile.
 */
export function countPending(sql: Sql, limit: number): Promise<QuarantineCount[]> {
  return sql.query<QuarantineCount>(
    `select q.source, q.reason, count(*) as pending
     from quarantined_event q
     where q.state = 'PENDING'
       and not exists (select from event_receipt r where r.message_key = q.message_key)
     group by q.source, q.reason
     order by pending desc, q.source, q.reason
     limit $1`,
    [limit],
  );
}

export interface PlacedId {
  readonly quarantineId: QuarantineId;
  readonly source: string;
  readonly firstReceivedAt: Date;
}

/** Those under the conditions, oldest first: what came first is to be decided first. */
export function findIds(
  sql: Sql,
  conditions: QuarantineConditions,
  after: InstantPosition | null,
  limit: number,
): Promise<PlacedId[]> {
  const parameters: unknown[] = parametersOf(conditions);
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  // The list from its end.
  const range = { limit, after: null, before: after, isBackward: true };
  const { within, order } = arrivals.page(range, bind);
  return sql.query<PlacedId>(
    `select q.quarantine_id as "quarantineId", q.source, q.first_received_at as "firstReceivedAt"
     from quarantined_event q
     where ${conditionsOn(conditions.state)} and ${within}
     order by ${order}
     limit ${bind(limit)}`,
    parameters,
  );
}

/** Those of the ids that there are, oldest first. */
export function placeIds(sql: Sql, ids: readonly QuarantineId[]): Promise<PlacedId[]> {
  return sql.query<PlacedId>(
    `select quarantine_id as "quarantineId", source, first_received_at as "firstReceivedAt"
     from quarantined_event where quarantine_id = any($1::uuid[])
     order by first_received_at, quarantine_id`,
    [ids],
  );
}

/**
 * Keeps everybody else from deciding on them until the end of the transaction. In the order in
 * which the pipeline writes them: in another one they would wait for each other in a circle.
 */
export function lock(tx: Tx, ids: readonly QuarantineId[]): Promise<QuarantinedRow[]> {
  return tx.query<QuarantinedRow>(
    `select ${columns} from quarantined_event q ${ACCEPTED_MEANWHILE}
     where q.quarantine_id = any($1::uuid[])
     order by q.message_key
     for update of q`,
    [ids],
  );
}

export interface Correction {
  readonly quarantineId: QuarantineId;
  /** The event as JSON. */
  readonly event: string;
  readonly reason: string;
  readonly actor: string;
}

/** Puts an event beside what was sent. */
export async function correct(tx: Tx, correction: Correction, now: Date): Promise<void> {
  const { quarantineId, event, reason, actor } = correction;
  await tx.query(
    `update quarantined_event set
       correction = $2, correction_reason = $3, corrected_by = $4, corrected_at = $5
     where quarantine_id = $1`,
    [quarantineId, event, reason, actor, now],
  );
}

export interface Settlement {
  readonly quarantineId: QuarantineId;
  readonly state: Exclude<QuarantineState, 'PENDING'>;
  readonly eventId: EventId | null;
}

/** Records what became of them. */
export async function settle(
  tx: Tx,
  settlements: readonly Settlement[],
  decision: { readonly actor: string; readonly reason: string | null },
  now: Date,
): Promise<void> {
  if (settlements.length === 0) return;
  await tx.query(
    `update quarantined_event q set
       state = s.state, event_id = s.event_id, settled_at = $4, settled_by = $5,
       settlement_reason = $6
     from unnest($1::uuid[], $2::text[], $3::uuid[]) as s (quarantine_id, state, event_id)
     where q.quarantine_id = s.quarantine_id`,
    [
      settlements.map((one) => one.quarantineId),
      settlements.map((one) => one.state),
      settlements.map((one) => one.eventId),
      now,
      decision.actor,
      decision.reason,
    ],
  );
}

/** Records why they were rejected this time. */
export async function rejectAgain(
  tx: Tx,
  rejections: readonly {
    readonly quarantineId: QuarantineId;
    readonly reason: string;
    readonly detail: string;
  }[],
): Promise<void> {
  if (rejections.length === 0) return;
  await tx.query(
    `update quarantined_event q set reason = r.reason, detail = r.detail
     from unnest($1::uuid[], $2::text[], $3::text[]) as r (quarantine_id, reason, detail)
     where q.quarantine_id = r.quarantine_id`,
    [
      rejections.map((one) => one.quarantineId),
      rejections.map((one) => one.reason),
      rejections.map((one) => storableText(one.detail)),
    ],
  );
}
