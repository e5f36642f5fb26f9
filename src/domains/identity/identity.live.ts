import type { SubscriptionSource } from '../../platform/graphql/subscriptions/sources';
import { LatestState } from '../../platform/live/latest-state';
import type { LiveFeed } from '../../platform/live/live-feed';
import { PROFILE_CHANGED } from '../../platform/live/topics';
import { NotFound } from '../../shared/errors';
import { fromPublicId, type ProfileId } from '../../shared/ids';
import type { IdentityReads } from './identity.reads';

/** A profile as it is, and after each change; by an absorbed id the survivor's. */
export function profileChanges(feed: LiveFeed, reads: IdentityReads): SubscriptionSource {
  return ({ args }) => {
    const askedId = fromPublicId<ProfileId>('prf', String(args['id']));
    const look = async () => {
      const [profile] = await reads.profileById([askedId]);
      if (!profile) throw new NotFound('There is no profile of this id.');
      return { id: profile.profileId, state: profile };
    };
    return new LatestState({ feed, topics: [PROFILE_CHANGED], look });
  };
}
