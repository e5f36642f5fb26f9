import type { Database, Tx } from '../../platform/database/database';
import type { InstantPosition } from '../../platform/database/keyset';
import type { Clock } from '../../shared/clock';
import type { QuarantineId } from '../../shared/ids';
import { EVENT_BATCH_MAX, type EventOutcome, type EventService } from '../events';
import type { QuarantinedRow, ReplayOutcome } from './quarantine.model';
import { toReplay } from './quarantine.rules';
import { type Selection, select } from './quarantine.selection';
import * as store from './quarantine.store';

export interface Replay {
  /** Oldest first; those that are not there last. */
  readonly outcomes: readonly ReplayOutcome[];
  /** Where to go on; null where that was all. */
  readonly end: InstantPosition | null;
}

/** Sends what is in quarantine through the pipeline again. */
export class QuarantineReplayService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly events: Pick<EventService, 'replayIn'>,
  ) {}

  /**
   * Replays those that are pending, under the names of their sources and with their message ids
   * and times, up to 500 in a transaction. What is rejected again stays, with the new reason.
   * @param actor who wants it, e.g. `key:help-desk`
   */
  async replay(selection: Selection, actor: string): Promise<Replay> {
    const { found, missing, end } = await select(this.database, selection);
    const outcomes = new Map<QuarantineId, ReplayOutcome>();
    for (const { source, ids } of toBatches(found)) {
      const batch = await this.database.transaction((tx, attempt) =>
        this.replayBatch(tx, source, ids, actor, attempt),
      );
      for (const outcome of batch) outcomes.set(outcome.quarantineId, outcome);
    }
    const gone = (quarantineId: QuarantineId) => ({ quarantineId, status: 'NOT_FOUND' as const });
    return {
      outcomes: [
        // One may have been deleted since it was found.
        ...found.map(({ quarantineId }) => outcomes.get(quarantineId) ?? gone(quarantineId)),
        ...missing.map(gone),
      ],
      end,
    };
  }

  private async replayBatch(
    tx: Tx,
    source: string,
    ids: readonly QuarantineId[],
    actor: string,
    attempt: number,
  ): Promise<readonly ReplayOutcome[]> {
    const now = this.clock.now();
    // First of all, so that what is replayed is what is kept, and one of two operators waits.
    const rows = await store.lock(tx, ids);
    const settled = rows.filter(({ state }) => state !== 'PENDING').map(toSettledOutcome);
    // In the order they arrived: between events of one instant the later one may decide.
    const pending = rows.filter(({ state }) => state === 'PENDING').sort(byArrival);
    const unreadable: ReplayOutcome[] = [];
    const replayed: QuarantinedRow[] = [];
    const events = pending.flatMap((row) => {
      const event = toReplay(row);
      if (event === null) unreadable.push(toRejection(row, row));
      else replayed.push(row);
      return event ?? [];
    });
    const results = await this.events.replayIn(tx, source, events, now, attempt);
    const outcomes = replayed.map((row, index) => toOutcome(row, results[index]));
    await this.record(tx, outcomes, actor, now);
    return [...settled, ...unreadable, ...outcomes];
  }

  private async record(
    tx: Tx,
    outcomes: readonly ReplayOutcome[],
    actor: string,
    now: Date,
  ): Promise<void> {
    const settlements = outcomes.flatMap((outcome): readonly store.Settlement[] => {
      const { quarantineId } = outcome;
      switch (outcome.status) {
        case 'ACCEPTED':
          return [{ quarantineId, state: 'REPLAYED', eventId: outcome.eventId }];
        case 'DUPLICATE':
          return [{ quarantineId, state: 'SUPERSEDED', eventId: outcome.eventId }];
        default:
          return [];
      }
    });
    const rejections = outcomes.flatMap((one) => (one.status === 'QUARANTINED' ? [one] : []));
    await store.settle(tx, settlements, { actor, reason: null }, now);
    await store.rejectAgain(tx, rejections);
  }
}

/** Those of one source together, in the order found, and no more than fit a transaction. */
function toBatches(
  found: readonly store.PlacedId[],
): readonly { readonly source: string; readonly ids: readonly QuarantineId[] }[] {
  const bySource = new Map<string, QuarantineId[]>();
  for (const { source, quarantineId } of found) {
    const ids = bySource.get(source);
    if (ids === undefined) bySource.set(source, [quarantineId]);
    else ids.push(quarantineId);
  }
  const batches: { readonly source: string; readonly ids: readonly QuarantineId[] }[] = [];
  for (const [source, ids] of bySource) {
    for (let start = 0; start < ids.length; start += EVENT_BATCH_MAX) {
      batches.push({ source, ids: ids.slice(start, start + EVENT_BATCH_MAX) });
    }
  }
  return batches;
}

function byArrival(left: QuarantinedRow, right: QuarantinedRow): number {
  const apart = left.firstReceivedAt.getTime() - right.firstReceivedAt.getTime();
  return apart !== 0 ? apart : left.quarantineId < right.quarantineId ? -1 : 1;
}

function toSettledOutcome(row: QuarantinedRow): ReplayOutcome {
  const { quarantineId, eventId } = row;
  return row.state === 'DISCARDED'
    ? { quarantineId, status: 'DISCARDED', row }
    : { quarantineId, status: 'DUPLICATE', row, eventId, profileId: null };
}

function toOutcome(row: QuarantinedRow, outcome: EventOutcome | undefined): ReplayOutcome {
  if (outcome === undefined) throw new Error('The pipeline gave no outcome for an event.');
  if (outcome.status === 'QUARANTINED') return toRejection(row, outcome);
  const { status, eventId, profileId } = outcome;
  return { quarantineId: row.quarantineId, status, row, eventId, profileId };
}

function toRejection(
  row: QuarantinedRow,
  { reason, detail }: { readonly reason: string; readonly detail: string },
): ReplayOutcome {
  return { quarantineId: row.quarantineId, status: 'QUARANTINED', row, reason, detail };
}
