import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context';
import { Profile } from '../identity';
import { ActivityReads } from './activity.reads';

@Resolver(() => Profile)
export class ActivityResolver {
  constructor(private readonly reads: ActivityReads) {}

  @FieldResolver(() => Date, {
    description: 'When the earliest event happened; the time of creation where there is none yet.',
  })
  async firstSeenAt(@Root() profile: Profile, @Ctx() context: RequestContext): Promise<Date> {
    const seen = await context.load(this.reads.seenByProfile, profile.profileId);
    return seen?.firstSeenAt ?? profile.createdAt;
  }

  @FieldResolver(() => Date, {
    description: 'When the latest event happened; the time of creation where there is none yet.',
  })
  async lastSeenAt(@Root() profile: Profile, @Ctx() context: RequestContext): Promise<Date> {
    const seen = await context.load(this.reads.seenByProfile, profile.profileId);
    return seen?.lastSeenAt ?? profile.createdAt;
  }
}
