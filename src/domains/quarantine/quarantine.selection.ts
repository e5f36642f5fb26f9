import type { Sql } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/database/keyset';
import type { QuarantineId } from '../../shared/ids';
import type { QuarantineConditions } from './quarantine.model';
import * as store from './quarantine.store';

/** Which ones a decision is about: some by name, or those pending under conditions. */
export type Selection =
  | { readonly kind: 'IDS'; readonly ids: readonly QuarantineId[] }
  | {
      readonly kind: 'FILTER';
      readonly conditions: Omit<QuarantineConditions, 'state'>;
      /** Those received later than this one, in the order they arrived. */
      readonly after: InstantPosition | null;
      readonly limit: number;
    };

export interface Selected {
  readonly found: readonly store.PlacedId[];
  /** Named, and not there. */
  readonly missing: readonly QuarantineId[];
  /** Where to go on; null where that was all. */
  readonly end: InstantPosition | null;
}

/** Oldest first. */
export async function select(sql: Sql, selection: Selection): Promise<Selected> {
  if (selection.kind === 'IDS') {
    const ids = [...new Set(selection.ids)];
    const found = await store.placeIds(sql, ids);
    const known = new Set(found.map(({ quarantineId }) => quarantineId));
    return { found, missing: ids.filter((id) => !known.has(id)), end: null };
  }
  const { after, limit } = selection;
  const conditions = { ...selection.conditions, state: 'PENDING' as const };
  // One more than wanted tells whether there are more.
  const rows = await store.findIds(sql, conditions, after, limit + 1);
  const found = rows.slice(0, limit);
  const last = rows.length > limit ? found.at(-1) : undefined;
  const end = last === undefined ? null : { at: last.firstReceivedAt, id: last.quarantineId };
  return { found, missing: [], end };
}
