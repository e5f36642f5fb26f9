import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import type { RequestContext } from '../../platform/graphql/context';
import { fromPublicId, type ProfileId } from '../../shared/ids';
import { IdentityReads, Profile, ProfileNotFound } from '../identity';
import type { CommunityCounts as Counts } from './community.policy';
import { CommunityReads } from './community.reads';
import { CommunityService } from './community.service';
import {
  CommunityActivity,
  CommunityActivityInput,
  CommunityActivityRecorded,
  CommunityCounts,
  RecordCommunityActivityResult,
} from './community.types';

@Resolver(() => Profile)
export class CommunityResolver {
  constructor(
    private readonly service: CommunityService,
    private readonly profiles: Pick<IdentityReads, 'profileById'>,
  ) {}

  @Mutation(() => RecordCommunityActivityResult, {
    description: 'Records what a customer did in the community. The answer shows its effect.',
  })
  async recordCommunityActivity(
    @Arg('input', { description: 'Who did what.' }) input: CommunityActivityInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof RecordCommunityActivityResult> {
    const command = {
      profileId: fromPublicId<ProfileId>('prf', input.profileId),
      kind: input.kind,
      targetId: input.targetId ?? null,
      occurredAt: input.occurredAt ?? null,
      messageId: input.messageId ?? null,
    };
    const outcome = await this.service.record(command, actorOf(context.caller));
    // Another mutation of this request may have read the profile as it was before.
    context.clearLoaded();
    if (outcome.outcome === 'PROFILE_NOT_FOUND') return new ProfileNotFound();
    const { profileId, duplicate } = outcome;
    const profile = await context.load(this.profiles.profileById, profileId);
    if (profile === null) throw new Error('Activity was recorded for a profile that is not there.');
    return Object.assign(new CommunityActivityRecorded(), { profile, duplicate });
  }

  @FieldResolver(() => CommunityActivity, {
    description: "The customer's part in the community, and a score of it.",
  })
  community(@Root() profile: Profile): CommunityActivity {
    return new CommunityActivity(profile.profileId);
  }
}

@Resolver(() => CommunityActivity)
export class CommunityActivityResolver {
  constructor(private readonly reads: CommunityReads) {}

  @FieldResolver(() => Int, {
    description:
      'From 0 (none) to 100, from the recent counts. Answers, posts and events count most, likes ' +
      'and check-ins least, and more of the same adds less and less.',
  })
  async score(@Root() of: CommunityActivity, @Ctx() context: RequestContext): Promise<number> {
    return (await context.load(this.reads.recentByProfile, of.profileId)).score;
  }

  @FieldResolver(() => CommunityCounts, { description: 'Over the last `windowDays` days.' })
  async recent(
    @Root() of: CommunityActivity,
    @Ctx() context: RequestContext,
  ): Promise<CommunityCounts> {
    return toCounts((await context.load(this.reads.recentByProfile, of.profileId)).counts);
  }

  @FieldResolver(() => CommunityCounts, { description: 'From the first day on.' })
  async total(
    @Root() of: CommunityActivity,
    @Ctx() context: RequestContext,
  ): Promise<CommunityCounts> {
    return toCounts((await context.load(this.reads.totalByProfile, of.profileId)).counts);
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description:
      'When the customer last did something, on the last day (UTC) they did something in the ' +
      'community. Null before that.',
  })
  async lastActiveAt(
    @Root() of: CommunityActivity,
    @Ctx() context: RequestContext,
  ): Promise<Date | null> {
    return (await context.load(this.reads.totalByProfile, of.profileId)).lastActiveAt;
  }

  @FieldResolver(() => Int, { description: 'Days that count as recent, today (UTC) included.' })
  windowDays(): number {
    return this.reads.windowDays;
  }
}

function toCounts({ attendances, ...counts }: Counts): CommunityCounts {
  return { ...counts, eventsAttended: attendances };
}
