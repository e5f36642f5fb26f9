import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { MissingScope } from '../../platform/auth/auth.errors';
import { actorOf, type Caller } from '../../platform/auth/caller';
import type { RequestContext } from '../../platform/graphql/context';
import { InvalidInput } from '../../shared/errors';
import { fromPublicId, type ProfileId, toPublicId } from '../../shared/ids';
import { storableText } from '../../shared/text';
import { toConsent } from '../consents';
import {
  canBeForced,
  type DatedLink,
  fromLinkId,
  type IdentityReads,
  Profile,
  ProfileNotFound,
  toLinkId,
  type Undoing,
} from '../identity';
import { mergeMessage, type UnmergeRefusalReason, unmergeMessage } from './merges.refusals';
import {
  type MergeProfilesOutcome,
  MergesService,
  type UnmergeProfileOutcome,
} from './merges.service';
import type { ProfileSnapshot as Snapshot } from './merges.snapshot';
import {
  AcceptDuplicateInput,
  type IdentityLink,
  MergeProfilesInput,
  MergeProfilesResult,
  MergeRefused,
  ProfileSnapshot,
  ProfilesMerged,
  ProfileUnmerged,
  UnmergeProfileInput,
  UnmergeProfileResult,
  UnmergeRefused,
} from './merges.types';

const FORCE_SCOPE = 'profiles:override';

@Resolver()
export class MergesResolver {
  constructor(
    private readonly service: MergesService,
    private readonly profiles: Pick<IdentityReads, 'profileById'>,
  ) {}

  @Mutation(() => MergeProfilesResult, {
    description:
      'Makes two profiles one, with all they have. Can be undone; shows beforehand what would ' +
      'come of it, where `dryRun` is set.',
  })
  async mergeProfiles(
    @Arg('input', { description: 'Whom, and why.' }) input: MergeProfilesInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof MergeProfilesResult> {
    const profileIds = [
      fromPublicId<ProfileId>('prf', input.profileId),
      fromPublicId<ProfileId>('prf', input.otherProfileId),
    ] as const;
    const outcome = await this.service.merge({ ...decisionOf(input, context), profileIds });
    return this.answerMerge(outcome, input, context);
  }

  @Mutation(() => MergeProfilesResult, {
    description:
      'Merges the two profiles of a duplicate candidate, as `mergeProfiles` does. `NOT_FOUND` ' +
      'where there is no such pair, or its profiles are no longer two.',
  })
  async acceptDuplicate(
    @Arg('input', { description: 'Which pair, and why.' }) input: AcceptDuplicateInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof MergeProfilesResult> {
    const outcome = await this.service.acceptDuplicate(input.id, decisionOf(input, context));
    return this.answerMerge(outcome, input, context);
  }

  @Mutation(() => UnmergeProfileResult, {
    description:
      'Takes a profile apart again: by undoing a merge, or by taking links back. Every part has ' +
      'exactly what its identifiers brought; points that were spent stay spent.',
  })
  async unmergeProfile(
    @Arg('input', { description: 'What, and why.' }) input: UnmergeProfileInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof UnmergeProfileResult> {
    const outcome = await this.service.unmerge({
      undoing: readUndoing(input),
      isDryRun: input.dryRun,
      reason: storableText(input.reason.trim()),
      actor: actorOf(context.caller),
    });
    context.clearLoaded();
    return this.toUnmergeResult(outcome, input.dryRun, context);
  }

  private async answerMerge(
    outcome: MergeProfilesOutcome,
    { dryRun }: AskedDecision,
    context: RequestContext,
  ): Promise<typeof MergeProfilesResult> {
    // Another mutation of this request may have read the profiles as they were before.
    context.clearLoaded();
    switch (outcome.kind) {
      case 'PROFILE_NOT_FOUND':
        return new ProfileNotFound();
      case 'ONE_ALREADY': {
        const reasons = ['ONE_ALREADY'] as const;
        const profile = await this.getProfile(outcome.profileId, context);
        const refusal = { reasons, message: mergeMessage(reasons), canBeForced: false, profile };
        return Object.assign(new MergeRefused(), refusal);
      }
      case 'REFUSED': {
        const { conflicts: reasons } = outcome;
        const message = mergeMessage(reasons);
        const refusal = {
          reasons,
          message,
          canBeForced: reasons.every(canBeForced),
          profile: null,
        };
        return Object.assign(new MergeRefused(), refusal);
      }
      case 'MERGED': {
        const { mergeId, overridden, before, after } = outcome;
        return Object.assign(new ProfilesMerged(), {
          dryRun,
          mergeId: dryRun ? null : toPublicId('mrg', mergeId),
          overridden,
          before: before.map(toSnapshot),
          after: toSnapshot(after),
          profile: dryRun ? null : await this.getProfile(after.profileId, context),
        });
      }
    }
  }

  private async toUnmergeResult(
    outcome: UnmergeProfileOutcome,
    dryRun: boolean,
    context: RequestContext,
  ): Promise<typeof UnmergeProfileResult> {
    switch (outcome.kind) {
      case 'PARTED': {
        const { unmergeId, before, after, revoked } = outcome;
        const getParts = () =>
          Promise.all(after.map(({ profileId }) => this.getProfile(profileId, context)));
        return Object.assign(new ProfileUnmerged(), {
          dryRun,
          unmergeId: dryRun ? null : toPublicId('unm', unmergeId),
          before: toSnapshot(before),
          after: after.map(toSnapshot),
          revokedLinkIds: revoked.map(toLinkId),
          profiles: dryRun ? null : await getParts(),
        });
      }
      case 'STILL_CONNECTED':
        return toRefusal(outcome.kind, outcome.chain);
      default:
        return toRefusal(outcome.kind);
    }
  }

  private async getProfile(profileId: ProfileId, context: RequestContext): Promise<Profile> {
    const profile = await context.load(this.profiles.profileById, profileId);
    if (profile === null) throw new Error('A profile that was just written is not there.');
    return profile;
  }
}

type AskedDecision = Pick<MergeProfilesInput, 'reason' | 'dryRun' | 'force'>;

function decisionOf({ reason, dryRun, force }: AskedDecision, { caller }: RequestContext) {
  if (force) requireForceScope(caller);
  return {
    isForced: force,
    isDryRun: dryRun,
    reason: storableText(reason.trim()),
    actor: actorOf(caller),
  };
}

function requireForceScope(caller: Caller): void {
  if (caller.kind !== 'KEY' || !caller.scopes.has(FORCE_SCOPE)) throw new MissingScope(FORCE_SCOPE);
}

/** @throws InvalidInput where not exactly one of the two is named */
function readUndoing({ mergeId, linkIds }: UnmergeProfileInput): Undoing {
  if ((mergeId == null) === (linkIds == null)) {
    throw new InvalidInput('Name either `mergeId` or `linkIds`.', { argument: 'input' });
  }
  if (mergeId != null) return { mergeId: fromPublicId<string>('mrg', mergeId) };
  return { links: (linkIds ?? []).map(fromLinkId) };
}

function toSnapshot({ profileId, consents, ...snapshot }: Snapshot): ProfileSnapshot {
  return Object.assign(new ProfileSnapshot(), {
    ...snapshot,
    consents: consents.map(toConsent),
    profileId: toPublicId('prf', profileId),
  });
}

function toRefusal(reason: UnmergeRefusalReason, chain: readonly DatedLink[] = []): UnmergeRefused {
  const message = unmergeMessage(reason);
  return Object.assign(new UnmergeRefused(), { reason, message, connectedBy: chain.map(toLink) });
}

function toLink(link: DatedLink): IdentityLink {
  const { source, eventId, linkedAt } = link;
  return {
    id: toLinkId(link),
    source,
    eventId: eventId === null ? null : toPublicId('evt', eventId),
    linkedAt,
  };
}
