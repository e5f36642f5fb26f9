import { countOfEach } from '../../platform/database/bounded-count';
import type { Sql, Tx } from '../../platform/database/database';
import {
  type InstantPosition,
  newestFirst,
  type PageKey,
  readOwnedPages,
} from '../../platform/database/keyset';
import type { EventId, IdentifierId, ProfileId } from '../../shared/ids';
import type { FeedbackFacts } from '../events';
import type { Move } from '../identity';

export interface FeedbackRow extends FeedbackFacts {
  /** The id of the event that told it. */
  readonly id: EventId;
  readonly profileId: ProfileId;
  readonly channel: string | null;
  readonly occurredAt: Date;
}

export interface NewFeedback extends FeedbackRow {
  /** Of the event that told it. */
  readonly identifierId: IdentifierId;
  readonly receivedAt: Date;
}

/** A page of one profile's feedback. */
export interface FeedbackPage extends PageKey<InstantPosition> {
  readonly profileId: ProfileId;
}

/** The order in which a profile's feedback is listed. */
const feedbackOrder = newestFirst('f.occurred_at', 'f.id');

const feedbackColumns = `
  f.id, f.profile_id as "profileId", f.kind, f.score, f.comment,
  f.sentiment_milli as "sentimentMilli", f.channel, f.occurred_at as "occurredAt"`;

/** All but the profile. */
const ownColumns = `
  id, identifier_id, kind, score, comment, sentiment_milli, channel, occurred_at, received_at`;

export async function insertFeedback(tx: Tx, feedback: readonly NewFeedback[]): Promise<void> {
  if (feedback.length === 0) return;
  await tx.query(
    `insert into feedback (profile_id, ${ownColumns})
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::smallint[],
       $6::text[], $7::smallint[], $8::text[], $9::timestamptz[], $10::timestamptz[])`,
    [
      feedback.map((one) => one.profileId),
      feedback.map((one) => one.id),
      feedback.map((one) => one.identifierId),
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
    `select ${feedbackColumns} from feedback f where f.profile_id = $1 and f.id = $2`,
    [profileId, id],
  );
  return row ?? null;
}

/** The rows of each page, in the order of the pages. */
export function findFeedbackPages(
  sql: Sql,
  pages: readonly FeedbackPage[],
): Promise<FeedbackRow[][]> {
  return readOwnedPages(sql, pages, {
    order: feedbackOrder,
    owner: { profile_id: ['uuid', ({ profileId }) => profileId] },
    columns: feedbackColumns,
    table: 'feedback',
    alias: 'f',
    condition: 'f.profile_id = p.profile_id',
  });
}

/** How much feedback there is of each profile; see `countOfEach`. */
export function countFeedback(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<readonly number[]> {
  return countOfEach(sql, profileIds, 'feedback f where f.profile_id = owner.id');
}

/**
 * Hands over the feedback of identifiers. Deleted and inserted anew, because a distributed table
 * does not let a row's distribution key change.
 */
export async function moveFeedback(tx: Tx, { from, into, identifierIds }: Move): Promise<void> {
  await tx.query(
    `with moved as (
       delete from feedback where profile_id = $1 and identifier_id = any($3::uuid[]) returning *
     )
     insert into feedback (profile_id, ${ownColumns})
     select $2, ${ownColumns} from moved`,
    [from, into, identifierIds],
  );
}
