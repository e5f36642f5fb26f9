import type { BatchLoad } from '../../platform/graphql/context';
import type { ProfileId } from '../../shared/ids';
import type { ConsentReads, ProfileConsent } from '../consents';
import type { IdentifierKey, IdentityReads } from '../identity';
import type { LifecycleReads } from '../lifecycle';
import type { LoyaltyReads } from '../loyalty';
import type { ReferralReads } from '../referrals';
import type { ValueReads, ValueTier } from '../value';

/** What a profile comes to at one moment, also one that is never committed. */
export interface ProfileSnapshot {
  readonly profileId: ProfileId;
  readonly identifiers: readonly IdentifierKey[];
  readonly stage: string | null;
  readonly atRisk: boolean;
  readonly valueTier: ValueTier;
  readonly pointsBalance: bigint;
  readonly lifetimePoints: bigint;
  readonly membershipTier: string;
  readonly consents: readonly ProfileConsent[];
  readonly referralsMade: number;
  readonly referralsConverted: number;
  readonly referredByCode: string | null;
}

/** The reads of each domain that a snapshot is made of, over one connection or transaction. */
export interface SnapshotReads {
  readonly identity: Pick<IdentityReads, 'identifiersByProfile'>;
  readonly lifecycle: Pick<LifecycleReads, 'stateByProfile'>;
  readonly value: Pick<ValueReads, 'valueByProfile'>;
  readonly loyalty: Pick<LoyaltyReads, 'accountByProfile'>;
  readonly consents: Pick<ConsentReads, 'consentsByProfile'>;
  readonly referrals: Pick<ReferralReads, 'madeByProfile' | 'receivedByProfile'>;
}

/** What the profiles come to, as far as the reads see. In the order asked. */
export async function takeSnapshots(
  reads: SnapshotReads,
  profileIds: readonly ProfileId[],
): Promise<readonly ProfileSnapshot[]> {
  const load = <Value>(batchLoad: BatchLoad<ProfileId, Value>) => batchLoad(profileIds);
  // One after the other: a transaction has one connection.
  const identifiers = await load(reads.identity.identifiersByProfile);
  const states = await load(reads.lifecycle.stateByProfile);
  const values = await load(reads.value.valueByProfile);
  const accounts = await load(reads.loyalty.accountByProfile);
  const consents = await load(reads.consents.consentsByProfile);
  const made = await load(reads.referrals.madeByProfile);
  const received = await load(reads.referrals.receivedByProfile);
  return profileIds.map((profileId, index): ProfileSnapshot => {
    const account = must(accounts[index]);
    const { invited, converted } = must(made[index]);
    const state = states[index] ?? null;
    return {
      profileId,
      identifiers: (identifiers[index] ?? []).map(({ namespace, value }) => ({ namespace, value })),
      stage: state?.stage ?? null,
      atRisk: state !== null && state.atRiskSince !== null,
      valueTier: values[index]?.row?.tier ?? 'LOW',
      pointsBalance: account.balance,
      lifetimePoints: account.lifetimePoints,
      membershipTier: account.tier,
      consents: consents[index] ?? [],
      referralsMade: invited,
      referralsConverted: converted,
      referredByCode: received[index] ?? null,
    };
  });
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The reads left out a profile asked for.');
  return value;
}
