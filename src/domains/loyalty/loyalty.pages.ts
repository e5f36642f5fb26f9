import type { ProfileId } from '../../shared/ids';

/** A page of what a profile has, to be read with those of other profiles in one statement. */
export interface PageQuery<Id> {
  readonly profileId: ProfileId;
  readonly size: number;
  /** The last one of the page before. */
  readonly after: Id | null;
}

/** The queries as columns for `unnest`: profile, size, the last one before. */
export function pageColumns(queries: readonly PageQuery<string>[]): unknown[] {
  return [
    queries.map((query) => query.profileId),
    queries.map((query) => query.size),
    queries.map((query) => query.after),
  ];
}
