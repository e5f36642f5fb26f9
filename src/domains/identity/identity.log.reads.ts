import type { Sql } from '../../platform/database/database';
import type { PageRange } from '../../platform/database/keyset';
import type { BatchLoad } from '../../platform/graphql/context';
import { storableText } from '../../shared/text';
import * as store from './identity.log.store';

/** How profiles came to be what they are, and what was refused on the way. */
export class IdentityLogReads {
  constructor(private readonly sql: Sql) {}

  readonly logByPage: BatchLoad<store.LogPage, readonly store.LogRow[]> = (pages) =>
    store.findLogPages(this.sql, pages);

  findWarnings(
    { rule, source, since }: store.WarningConditions,
    page: PageRange<store.LogPosition>,
  ): Promise<readonly store.WarningRow[]> {
    const conditions = { rule: toKept(rule), source: toKept(source), since };
    return store.findWarnings(this.sql, conditions, page);
  }

  countWarnings(since: Date | null): Promise<readonly store.WarningCount[]> {
    return store.countWarnings(this.sql, since);
  }
}

/** As a text was when it was stored. */
function toKept(text: string | null): string | null {
  return text === null ? null : storableText(text);
}
