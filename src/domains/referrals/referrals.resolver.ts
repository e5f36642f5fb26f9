import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import { type Connection, toConnection } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { instantCursor } from '../../platform/graphql/instant-cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { fromPublicId, type ProfileId, toPublicId } from '../../shared/ids';
import { IdentityReads, Profile, ProfileNotFound } from '../identity';
import { ReferralReads } from './referrals.reads';
import { type ClaimOutcome, ReferralService } from './referrals.service';
import type { MadeReferral } from './referrals.store';
import {
  AlreadyReferred,
  ClaimReferralInput,
  ClaimReferralResult,
  CodeTaken,
  CreateReferralCodeInput,
  CreateReferralCodeResult,
  InvalidCode,
  NotANewCustomer,
  Referral,
  ReferralCode,
  ReferralCodeNotFound,
  ReferralConnection,
  ReferralCycle,
  ReferralStatus,
  ReferralSummary,
  SelfReferral,
} from './referrals.types';

@Resolver(() => Profile)
export class ReferralResolver {
  constructor(
    private readonly service: ReferralService,
    private readonly profiles: Pick<IdentityReads, 'profileById'>,
  ) {}

  @Mutation(() => CreateReferralCodeResult, {
    description: 'Gives a customer a code to pass on. Asked again, it gives the same.',
  })
  async createReferralCode(
    @Arg('input', { description: 'Whose code it will be.' }) input: CreateReferralCodeInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof CreateReferralCodeResult> {
    const outcome = await this.service.createCode({
      profileId: fromPublicId('prf', input.profileId),
      wanted: input.code ?? null,
    });
    // Another mutation of this request may have read the profile as it was before.
    context.clearLoaded();
    switch (outcome.outcome) {
      case 'PROFILE_NOT_FOUND':
        return new ProfileNotFound();
      case 'INVALID_CODE':
        return refusal(InvalidCode, 'A code has 4 to 24 letters A–Z and digits.');
      case 'CODE_TAKEN': {
        const { code } = outcome;
        const message = 'This code belongs to another customer.';
        return Object.assign(new CodeTaken(), { message, code });
      }
      case 'CODE': {
        const { code, createdAt, profileId } = outcome.code;
        const profile = await context.load(this.profiles.profileById, profileId);
        if (profile === null) throw new Error('A code was made for a profile that is not there.');
        return Object.assign(new ReferralCode(), { code, createdAt, profile });
      }
    }
  }

  @Mutation(() => ClaimReferralResult, {
    description:
      'Records that a customer was brought by the owner of a code. With their first order the ' +
      'referral converts and both are rewarded.',
  })
  async claimReferral(
    @Arg('input', { description: 'Who claims which code.' }) input: ClaimReferralInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof ClaimReferralResult> {
    const refereeId = fromPublicId<ProfileId>('prf', input.profileId);
    const asked = { code: input.code, refereeId };
    const outcome = await this.service.claim(asked, actorOf(context.caller));
    // Another mutation of this request may have read the profiles as they were before.
    context.clearLoaded();
    return toClaimResult(outcome);
  }

  @FieldResolver(() => ReferralSummary, {
    nullable: true,
    description: 'Whom the customer brought, and by whom they were brought.',
  })
  referrals(@Root() profile: Profile): ReferralSummary {
    return new ReferralSummary(profile.profileId);
  }
}

@Resolver(() => ReferralSummary)
export class ReferralSummaryResolver {
  constructor(private readonly reads: ReferralReads) {}

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The code this customer passes on; null until one is created.',
  })
  async code(
    @Root() summary: ReferralSummary,
    @Ctx() context: RequestContext,
  ): Promise<string | null> {
    return context.load(this.reads.codeByProfile, summary.profileId);
  }

  @FieldResolver(() => Int, { description: 'How many claimed a code of this customer.' })
  async invited(@Root() summary: ReferralSummary, @Ctx() context: RequestContext): Promise<number> {
    return (await context.load(this.reads.madeByProfile, summary.profileId)).invited;
  }

  @FieldResolver(() => Int, { description: 'How many of those have ordered.' })
  async converted(
    @Root() summary: ReferralSummary,
    @Ctx() context: RequestContext,
  ): Promise<number> {
    return (await context.load(this.reads.madeByProfile, summary.profileId)).converted;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The code this customer claimed; null for one who came by themselves. To customers a ' +
      'pseudonym, since it is the code of another.',
  })
  async referredByCode(
    @Root() summary: ReferralSummary,
    @Ctx() context: RequestContext,
  ): Promise<string | null> {
    return context.load(this.reads.receivedByProfile, summary.profileId);
  }

  @FieldResolver(() => ReferralConnection, {
    description: 'The referrals this customer made, the latest claim first.',
  })
  async referrals(
    @Root() summary: ReferralSummary,
    @Ctx() context: RequestContext,
    @Args() paging: PageArguments,
  ): Promise<Connection<Referral>> {
    const page = readPageArguments(paging, instantCursor);
    const key = { referrer: summary.profileId, page };
    const rows = await context.load(this.reads.referralsByPage, key);
    return toConnection(rows, page, toReferral, ({ claimedAt, id }) => ({ at: claimedAt, id }));
  }
}

function toClaimResult(outcome: ClaimOutcome): typeof ClaimReferralResult {
  switch (outcome.outcome) {
    case 'CLAIMED':
      return toReferral(outcome.referral);
    case 'PROFILE_NOT_FOUND':
      return new ProfileNotFound();
    case 'CODE_NOT_FOUND':
      return refusal(ReferralCodeNotFound, 'Nobody has this code.');
    case 'SELF_REFERRAL':
      return refusal(SelfReferral, 'Nobody brings themselves.');
    case 'REFERRAL_CYCLE':
      return refusal(ReferralCycle, 'The owner of the code was brought by this customer.');
    case 'NOT_A_NEW_CUSTOMER':
      return refusal(NotANewCustomer, 'This customer has ordered before.');
    case 'ALREADY_REFERRED': {
      const message = 'This customer has claimed a code before.';
      const referral = toReferral(outcome.earlier);
      return Object.assign(new AlreadyReferred(), { message, referral });
    }
  }
}

function toReferral({ id, code, status, claimedAt, convertedAt }: MadeReferral): Referral {
  const fields = { code, status: ReferralStatus[status], claimedAt, convertedAt };
  return Object.assign(new Referral(), { id: toPublicId('ref', id), ...fields });
}

function refusal<Refusal extends { message: string }>(
  type: new () => Refusal,
  message: string,
): Refusal {
  return Object.assign(new type(), { message });
}
