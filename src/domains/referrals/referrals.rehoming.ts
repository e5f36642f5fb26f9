import type { Tx } from '../../platform/database/database';
import { firstDaysWith } from '../activity';
import type { Move, Rehoming } from '../identity';
import { judgeReceived, type Referral } from './referrals.rules';
import * as store from './referrals.store';

/**
/**
 * A code goes with its identifier, and what it brought with the code; a claim goes with the
 * identifier that made it. Which claim stands is then decided anew from the facts (see
 * `judgeReceived`), on both sides: so a merge voids claims and its undoing lets them stand again.
 * Days must have moved before. Points given for a referral that is voided so stay where they are;
 * taking them back is an adjustment, which a person decides.
 */
export const referralsRehoming: Rehoming = {
  rehome: async (tx, move) => {
    const codes = await store.moveCodes(tx, move);
    await store.moveReferralsMade(tx, move, codes);
    const before = await store.findReceivedReferrals(tx, [move.from, move.into]);
    if (before.length === 0) return;
    const after = await judge(tx, before, move);
    // No two may stand at any time: first those that no longer do, then the move, then the rest.
    const changed = before.flatMap((one, index) => {
      const judged = after[index];
      return judged === undefined || judged.status === one.status ? [] : [{ one, judged }];
    });
    await store.updateReferrals(
      tx,
      changed.filter(isVoided).map(({ one, judged }) => ({ ...one, status: judged.status })),
    );
    await store.moveReferralsReceived(tx, move);
    await store.updateReferrals(
      tx,
      changed.filter((change) => !isVoided(change)).map(({ judged }) => judged),
    );
  },
};

/** The referrals as they are after the move, in their order. */
async function judge(
  tx: Tx,
  before: readonly Referral[],
  { from, into, identifierIds }: Move,
): Promise<readonly Referral[]> {
  const moving = new Set(identifierIds);
  const moved = before.map((one) =>
    moving.has(one.identifierId) ? { ...one, referee: into } : one,
  );
  const sides = [from, into];
  const firstOrderDays = await firstDaysWith(tx, sides, 'revenueMinor');
  const referrers = new Map(
    await store.findReferrersUpwards(
      tx,
      moved.map((one) => one.referrer),
    ),
  );
  // Who brought the two is what is being decided.
  for (const side of sides) referrers.delete(side);
  const judged = new Map<Referral['id'], Referral>();
  for (const referee of sides) {
    const firstOrderDay = firstOrderDays.get(referee) ?? null;
    const received = moved.filter((one) => one.referee === referee);
    for (const one of judgeReceived(received, { referee, firstOrderDay, referrers })) {
      judged.set(one.id, one);
      if (one.status !== 'VOID') referrers.set(referee, one.referrer);
    }
  }
  return moved.map((one) => judged.get(one.id) ?? one);
}

function isVoided({ judged }: { readonly judged: Referral }): boolean {
  return judged.status === 'VOID';
}
