import type { Tx } from '../../platform/database/database';
import { appendToOutbox } from '../../platform/outbox/outbox';
import { dayOf, type EpochDay, startOfDay } from '../../shared/days';
import type { IdSource, ProfileId } from '../../shared/ids';
import type { ProfileActivity, ProfileEvaluator } from '../activity';
import * as accountStore from './loyalty.accounts.store';
import { baseTier, type LoyaltyPolicy } from './loyalty.policy';
import { decideTier } from './loyalty.rules';

/** Keeps the membership tier of every profile in step with its days and with time. */
export class MembershipTierEvaluator implements ProfileEvaluator {
  private readonly baseTier: string;

  constructor(
    private readonly policy: LoyaltyPolicy,
    private readonly ids: IdSource,
  ) {
    this.baseTier = baseTier(policy);
  }

  async evaluate(
    tx: Tx,
    profiles: readonly ProfileActivity[],
    now: Date,
  ): Promise<ReadonlyMap<ProfileId, Date>> {
    const today = dayOf(now);
    const decisions = profiles.map(({ profileId, days }) => ({
      profileId,
      ...decideTier(days, this.policy, today),
    }));
    await this.save(
      tx,
      decisions.map(({ profileId, tier, since }) => ({ profileId, tier, since: toInstant(since) })),
      now,
    );
    const nextChanges = new Map<ProfileId, Date>();
    for (const { profileId, nextChange } of decisions) {
      if (nextChange !== null) nextChanges.set(profileId, startOfDay(nextChange));
    }
    return nextChanges;
  }

  /** Writes what changed. A profile on the base tier needs no account to be on it. */
  private async save(
    tx: Tx,
    decided: readonly accountStore.TierChange[],
    now: Date,
  ): Promise<void> {
    const accounts = await accountStore.findAccounts(
      tx,
      decided.map((change) => change.profileId),
    );
    const before = new Map(accounts.map((account) => [account.profileId, account]));
    const tierBefore = ({ profileId }: accountStore.TierChange) =>
      before.get(profileId)?.tier ?? this.baseTier;
    const sinceBefore = ({ profileId }: accountStore.TierChange) =>
      before.get(profileId)?.tierSince?.getTime();
    const changes = decided.filter(
      (change) =>
        change.tier !== tierBefore(change) || change.since?.getTime() !== sinceBefore(change),
    );
    await accountStore.saveTiers(tx, changes, now);
    const messages = changes
      .filter((change) => change.tier !== tierBefore(change))
      .map((change) => ({
        profileId: change.profileId,
        topic: 'loyalty.tier-changed',
        payload: {
          from: tierBefore(change),
          to: change.tier,
          since: change.since?.toISOString() ?? null,
        },
      }));
    appendToOutbox(tx, this.ids, messages, now);
  }
}

function toInstant(day: EpochDay | null): Date | null {
  return day === null ? null : startOfDay(day);
}
