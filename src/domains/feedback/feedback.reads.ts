import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import { type FeedbackPage, type FeedbackRow, findFeedbackPages } from './feedback.store';

export class FeedbackReads {
  constructor(private readonly sql: Sql) {}

  readonly feedbackByPage: BatchLoad<FeedbackPage, readonly FeedbackRow[]> = (pages) =>
    findFeedbackPages(this.sql, pages);
}
