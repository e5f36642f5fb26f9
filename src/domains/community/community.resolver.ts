import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
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
    private readonly reads: CommunityReads,
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
  async community(
    @Root() profile: Profile,
    @Ctx() context: RequestContext,
  ): Promise<CommunityActivity> {
    const row = await context.load(this.reads.communityByProfile, profile.profileId);
    return { ...row, recent: toCounts(row.recent), total: toCounts(row.total) };
  }
}

function toCounts({ attendances, ...counts }: Counts): CommunityCounts {
  return { ...counts, eventsAttended: attendances };
}
