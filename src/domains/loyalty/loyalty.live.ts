import { Forbidden } from '../../platform/auth/auth.errors';
import type { SubscriptionSource } from '../../platform/graphql/subscriptions/sources';
import { LatestState } from '../../platform/live/latest-state';
import type { LiveFeed } from '../../platform/live/live-feed';
import { PROFILE_CHANGED } from '../../platform/live/topics';
import type { IdentityReads } from '../identity';
import { LoyaltyAccount } from './loyalty.types';

/** What an account may read otherwise after. */
const TOPICS = [
  'loyalty.points-posted',
  'loyalty.tier-changed',
  'identity.profiles-merged',
  'identity.profile-unmerged',
];

/** A customer's own account as it is, and after each change; null while they have no profile. */
export function ownBalanceChanges(feed: LiveFeed, identity: IdentityReads): SubscriptionSource {
  return ({ context: { caller } }) => {
    if (caller.kind !== 'CUSTOMER') throw new Forbidden('Only customers have a balance.');
    const look = async () => {
      const id = await identity.profileIdByIdentifier(caller.identifier);
      return { id, state: id === null ? null : new LoyaltyAccount(id) };
    };
    return new LatestState({ feed, topics: TOPICS, beginsWith: PROFILE_CHANGED, look });
  };
}
