import type { Sql, Tx } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/graphql/instant-cursor';
import type { EventId, ProfileId } from '../../shared/ids';
import type { FeedbackFacts } from '../events';

export interface FeedbackRow extends FeedbackFacts {
  /** The id of the event that told it. */
  readonly id: EventId;
  readonly profileId: ProfileId;
  readonly channel: string | null;
  readonly occurredAt: Date;
}

export interface NewFeedback extends FeedbackRow {
  readonly receivedAt: Date;
}

/** A page of one profile's feedback: `size` rows older than `after`, newest first. */
export interface FeedbackPage {
  readonly profileId: ProfileId;
  readonly size: number;
  readonly after: InstantPosition | null;
}

const columns = `
  f.id, f.profile_id as "profileId", f.kind, f.score, f.comment,
  f.sentiment_milli as "sentimentMilli", f.channel, f.occurred_at as "occurredAt"`;

export async function insertFeedback(tx: Tx, feedback: readonly NewFeedback[]): Promise<void> {
  if (feedback.length === 0) return;
  await tx.query(
    `insert into feedback
       (profile_id, id, kind, score, comment, sentiment_milli, channel, occurred_at, received_at)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::text[],
       $6::smallint[], $7::text[], $8::timestamptz[], $9::timestamptz[])`,
    [
      feedback.map((one) => one.profileId),
      feedback.map((one) => one.id),
      feedback.map((one) => one.kind),
      feedback.map((one) => one.score),
      feedback.map((one) => one.comment),
      feedback.map((one) => one.sentimentMilli),
      feedback.map((one) => one.channel),
      feedback.map((one) => one.occurredAt),
      feedback.map((one) => one.receivedAt),
    ],
  );
}

export async function findFeedback(
  sql: Sql,
  profileId: ProfileId,
  id: EventId,
): Promise<FeedbackRow | null> {
  const [row] = await sql.query<FeedbackRow>(
    `select ${columns} from feedback f where f.profile_id = $1 and f.id = $2`,
    [profileId, id],
  );
  return row ?? null;
}

/** The rows of each page, in the order of the pages. */
export async function findFeedbackPages(
  sql: Sql,
  pages: readonly FeedbackPage[],
): Promise<FeedbackRow[][]> {
  const rows = await sql.query<FeedbackRow & { page: number }>(
    // Where a page starts at the newest, it starts below what no row can reach.
    `select p.page::int - 1 as page, f.*
     from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::uuid[])
       with ordinality as p (profile_id, size, after_at, after_id, page)
     cross join lateral (
       select ${columns}
       from feedback f
       where f.profile_id = p.profile_id
         and (f.occurred_at, f.id) < (
           coalesce(p.after_at, 'infinity'),
           coalesce(p.after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
         )
       order by f.occurred_at desc, f.id desc
       limit p.size
     ) f
     order by p.page, f."occurredAt" desc, f.id desc`,
    [
      pages.map((page) => page.profileId),
      pages.map((page) => page.size),
      pages.map((page) => page.after?.at ?? null),
      pages.map((page) => page.after?.id ?? null),
    ],
  );
  const found = pages.map((): FeedbackRow[] => []);
  for (const { page, ...row } of rows) found[page]?.push(row);
  return found;
}

/**
 * Hands all feedback of the absorbed profile to the survivor. Deleted and inserted anew, because
 * a distributed table does not let a row's distribution key change.
 */
export async function moveFeedback(
  tx: Tx,
  absorbed: ProfileId,
  survivor: ProfileId,
): Promise<void> {
  await tx.query(
    `with moved as (delete from feedback where profile_id = $1 returning *)
     insert into feedback
       (profile_id, id, kind, score, comment, sentiment_milli, channel, occurred_at, received_at)
     select $2, id, kind, score, comment, sentiment_milli, channel, occurred_at, received_at
     from moved`,
    [absorbed, survivor],
  );
}
