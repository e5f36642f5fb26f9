import type { Database } from '../../platform/database/database';
import type { Clock } from '../../shared/clock';
import type { QuarantineId } from '../../shared/ids';
import { reasonFault } from '../../shared/reason';
import { type EventLimits, readPayload, type WrittenEvent, writePayload } from '../events';
import { type QuarantineRefusal, refuse } from './quarantine.errors';
import type { QuarantinedRow } from './quarantine.model';
import { toCorrected } from './quarantine.rules';
import { type Selected, type Selection, select } from './quarantine.selection';
import * as store from './quarantine.store';

/** Decided upon in one transaction. */
const BATCH_MAX = 500;

export type CorrectOutcome =
  | { readonly kind: 'CORRECTED'; readonly row: QuarantinedRow }
  | QuarantineRefusal;

export type DiscardOutcome =
  | {
      readonly kind: 'DISCARDED';
      readonly discarded: number;
      /** Of those named: settled before, or not there. */
      readonly skipped: number;
    }
  | QuarantineRefusal;

/** What operators decide about events in quarantine, but for replaying them. */
export class QuarantineService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly limits: Pick<EventLimits, 'messageIdLengthMax'>,
  ) {}

  /**
   * Puts an event in the place of what was sent, which is kept beside it. It is not replayed by
   * that. A later correction takes the place of an earlier one.
   * @param actor who says so, e.g. `key:help-desk`
   */
  async correct(asked: {
    readonly id: QuarantineId;
    readonly event: WrittenEvent;
    readonly reason: string;
    readonly actor: string;
  }): Promise<CorrectOutcome> {
    const { id, actor } = asked;
    const reason = asked.reason.trim();
    const fault = reasonFault(reason);
    if (fault !== null) return refuse(fault);
    return this.database.transaction(async (tx) => {
      const [row] = await store.lock(tx, [id]);
      if (row === undefined) return refuse('NOT_FOUND');
      if (row.state !== 'PENDING') return refuse('SETTLED');
      const corrected = toCorrected(row, asked.event, this.limits.messageIdLengthMax);
      if (!corrected.valid) return refuse('MESSAGE_ID_DIFFERS');
      const event = writePayload(corrected.event);
      // One that cannot be written as a whole cannot be read back either.
      if (readPayload(event) === null) return refuse('NESTED_TOO_DEEPLY');
      await store.correct(tx, { quarantineId: id, event, reason, actor }, this.clock.now());
      const [changed] = await store.findByIds(tx, [id]);
      return changed === undefined ? refuse('NOT_FOUND') : { kind: 'CORRECTED', row: changed };
    });
  }

  /** Decides that those pending are never to count. They are kept for a while, as they were. */
  async discard(
    selection: Selection,
    decision: { readonly reason: string; readonly actor: string },
  ): Promise<DiscardOutcome> {
    const { actor } = decision;
    const reason = decision.reason.trim();
    const fault = reasonFault(reason);
    if (fault !== null) return refuse(fault);
    let discarded = 0;
    let asked = 0;
    let next: Selection | null = withLimits(selection, this.clock.now());
    while (next !== null) {
      const { found, missing, end }: Selected = await select(this.database, next);
      const ids = found.map(({ quarantineId }) => quarantineId);
      discarded += await this.discardBatch(ids, { reason, actor });
      asked += found.length + missing.length;
      next = end === null || next.kind === 'IDS' ? null : { ...next, after: end };
    }
    return { kind: 'DISCARDED', discarded, skipped: asked - discarded };
  }

  private discardBatch(
    ids: readonly QuarantineId[],
    decision: { readonly reason: string; readonly actor: string },
  ): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows = await store.lock(tx, ids);
      const settlements = rows
        .filter(({ state }) => state === 'PENDING')
        .map(({ quarantineId }) => {
          return { quarantineId, state: 'DISCARDED' as const, eventId: null };
        });
      await store.settle(tx, settlements, decision, this.clock.now());
      return settlements.length;
    });
  }
}

/** A batch at a time, and nothing that arrives only now: it would never end. */
function withLimits(selection: Selection, now: Date): Selection {
  if (selection.kind === 'IDS') return selection;
  const { conditions } = selection;
  const until = conditions.until ?? now;
  return { ...selection, conditions: { ...conditions, until }, limit: BATCH_MAX };
}
