import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import { type Count, countUpTo } from '../../platform/graphql/count.type';
import type { ProfileId } from '../../shared/ids';
import {
  countFeedback,
  type FeedbackPage,
  type FeedbackRow,
  findFeedbackPages,
} from './feedback.store';

export class FeedbackReads {
  constructor(private readonly sql: Sql) {}

  readonly feedbackByPage: BatchLoad<FeedbackPage, readonly FeedbackRow[]> = (pages) =>
    findFeedbackPages(this.sql, pages);

  readonly countByProfile: BatchLoad<ProfileId, Count> = async (profileIds) =>
    (await countFeedback(this.sql, profileIds)).map(countUpTo);
}
