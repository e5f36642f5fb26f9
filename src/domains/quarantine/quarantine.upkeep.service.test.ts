import {
  ACTOR,
  conditions,
  named,
  nameless,
  useQuarantine,
} from '../../../test/support/quarantine';
import { firstRows } from '../../platform/database/keyset';
import type { QuarantinedRow } from './quarantine.model';

const quarantine = useQuarantine();
const { clock, send, read, setAside, correct, replay, stored } = quarantine;

describe('one that its sender corrected', () => {
  async function superseded(): Promise<QuarantinedRow> {
    const event = nameless();
    const row = await setAside(event);
    await send({ ...named(event), messageId: event.messageId });
    return row;
  }

  it('is superseded, wherever it is looked at', async () => {
    const row = await superseded();
    const [event] = await stored(row.messageId);
    const seen = await read(row.quarantineId);
    expect(seen).toMatchObject({ state: 'SUPERSEDED', eventId: event?.eventId });
    const listed = async (state: 'PENDING' | 'SUPERSEDED') =>
      (await quarantine.app.reads.quarantine.findPage(conditions({ state }), firstRows(1_000))).map(
        ({ quarantineId }) => quarantineId,
      );
    expect(await listed('SUPERSEDED')).toContain(row.quarantineId);
    expect(await listed('PENDING')).not.toContain(row.quarantineId);
    expect(await correct(row, named(nameless()))).toEqual({ kind: 'REFUSED', fault: 'SETTLED' });
  });

  it('is not counted as pending', async () => {
    const event = nameless();
    await setAside(event, 'counted');
    await setAside(nameless(), 'counted');
    await send({ ...named(event), messageId: event.messageId }, 'counted');
    const counts = await quarantine.app.reads.quarantine.countPending();
    expect(counts.filter(({ source }) => source === 'counted')).toEqual([
      { source: 'counted', reason: 'NO_USABLE_IDENTIFIER', pending: 1n },
    ]);
  });

  it('is a duplicate when replayed', async () => {
    const row = await superseded();
    const [event] = await stored(row.messageId);
    expect(await replay(row)).toMatchObject([{ status: 'DUPLICATE', eventId: event?.eventId }]);
    expect(await stored(row.messageId)).toHaveLength(1);
  });

  it('is not discarded', async () => {
    const row = await superseded();
    const selection = { kind: 'IDS', ids: [row.quarantineId] } as const;
    expect(
      await quarantine.app.quarantine.discard(selection, { reason: 'x', actor: ACTOR }),
    ).toMatchObject({
      discarded: 0,
      skipped: 1,
    });
  });

  it('is settled by a pass over the pending ones, and deleted in the end', async () => {
    const row = await superseded();
    const pending = await setAside(nameless());
    expect(await quarantine.app.quarantineUpkeep.settleAccepted(clock.now())).toBeGreaterThan(0);
    expect(await quarantine.app.quarantineUpkeep.settleAccepted(clock.now())).toBe(0);
    expect((await read(row.quarantineId)).settledAt).toEqual(clock.now());
    clock.advanceDays(30);
    const deletedUpTo = async () => {
      let deleted = 0;
      for (let more = 1; more > 0; deleted += more) {
        more = await quarantine.app.quarantineUpkeep.deleteSettled(clock.now());
      }
      return deleted;
    };
    await deletedUpTo();
    expect((await read(row.quarantineId)).state).toBe('SUPERSEDED');
    clock.set(new Date(clock.now().getTime() + 1).toISOString());
    expect(await deletedUpTo()).toBeGreaterThan(0);
    expect(await quarantine.app.reads.quarantine.findOne(row.quarantineId)).toBeNull();
    expect((await read(pending.quarantineId)).state).toBe('PENDING');
  });
});
