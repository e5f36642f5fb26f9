import { decodeCursor } from '../../platform/graphql/cursor';
import { instantCursor } from '../../platform/graphql/instant-cursor';
import { InvalidInput } from '../../shared/errors';
import { fromPublicId, type QuarantineId } from '../../shared/ids';
import type { QuarantineConditions, QuarantineState } from './quarantine.model';
import type { Selection } from './quarantine.selection';

/** Those that one request may name. */
const IDS_MAX = 500;

/** Those that one request replays. */
const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 5_000;

/** As a person asks for them; what is left out does not matter. */
export interface AskedConditions {
  readonly source?: string | null;
  readonly reason?: string | null;
  readonly state?: QuarantineState | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

export interface AskedSelection {
  readonly ids?: readonly string[] | null | undefined;
  readonly filter?: AskedConditions | null | undefined;
  readonly limit?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export function toConditions(asked: AskedConditions | null | undefined): QuarantineConditions {
  return {
    source: asked?.source ?? null,
    reason: asked?.reason ?? null,
    state: asked?.state ?? null,
    since: asked?.since ?? null,
    until: asked?.until ?? null,
  };
}

/**
 * Which ones a person means: by ids or by a filter, never both and never all by an oversight.
 * @throws InvalidInput for anything else
 */
export function readSelection({ ids, filter, limit, after }: AskedSelection): Selection {
  const byIds = ids !== null && ids !== undefined;
  const byFilter = filter !== null && filter !== undefined;
  if (byIds === byFilter) {
    throw new InvalidInput('Give either `ids` or a `filter`.', { argument: 'ids' });
  }
  if (byIds) {
    if (ids.length > IDS_MAX) {
      throw new InvalidInput(`At most ${IDS_MAX} ids are taken at once.`, {
        argument: 'ids',
        max: IDS_MAX,
      });
    }
    return { kind: 'IDS', ids: ids.map((id) => fromPublicId<QuarantineId>('qtn', id)) };
  }
  const { state, ...conditions } = toConditions(filter);
  if (state !== null && state !== 'PENDING') {
    throw new InvalidInput('Only pending ones can be replayed or discarded.', {
      argument: 'filter.state',
    });
  }
  return {
    kind: 'FILTER',
    conditions,
    after: after == null ? null : decodeCursor(after, instantCursor, 'after'),
    limit: requireLimit(limit ?? LIMIT_DEFAULT),
  };
}

function requireLimit(limit: number): number {
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new InvalidInput(`\`limit\` must be between 1 and ${LIMIT_MAX}.`, {
    argument: 'limit',
    max: LIMIT_MAX,
  });
}
