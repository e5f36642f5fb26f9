import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import { type Connection, toConnection, withCount } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import type { CursorForm } from '../../platform/graphql/cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { InvalidInput } from '../../shared/errors';
import { fromPublicId, type ProfileId } from '../../shared/ids';
import { IdentityReads, Profile } from '../identity';
import { readCandidateId, toCandidateId } from './duplicates.ids';
import { DuplicateReads } from './duplicates.reads';
import { type DismissOutcome, DuplicateService } from './duplicates.service';
import type { CandidatePosition } from './duplicates.store';
import {
  DismissalRefused,
  DismissDuplicateInput,
  DismissDuplicateResult,
  DuplicateCandidate,
  DuplicateCandidateConnection,
  DuplicateCandidateFilter,
  DuplicateNotFound,
} from './duplicates.types';

@Resolver(() => DuplicateCandidate)
export class DuplicateResolver {
  constructor(
    private readonly service: DuplicateService,
    private readonly reads: DuplicateReads,
    private readonly profilesById: Pick<IdentityReads, 'profileById'>,
  ) {}

  @Query(() => DuplicateCandidateConnection, {
    description:
      'Pairs of profiles that probably are one person, the best score first. A pair of which one ' +
      'was merged into another profile is not among them; the next pass proposes that one.',
  })
  async duplicateCandidates(
    @Args() paging: PageArguments,
    @Arg('filter', { nullable: true, description: 'All open pairs where left out.' })
    filter?: DuplicateCandidateFilter,
  ): Promise<Connection<DuplicateCandidate>> {
    const page = readPageArguments(paging, candidateCursor);
    const { profileId, minScore } = filter ?? {};
    const conditions = {
      status: filter?.status ?? ('OPEN' as const),
      profileId: profileId == null ? null : fromPublicId<ProfileId>('prf', profileId),
      minScore: requireScore(minScore ?? null),
    };
    const rows = await this.reads.findPage(conditions, page);
    const connection = toConnection(
      rows,
      page,
      (row) => new DuplicateCandidate(row),
      (row) => row,
    );
    return withCount(connection, () => this.reads.count(conditions));
  }

  @Mutation(() => DismissDuplicateResult, {
    description:
      'Records that a pair is two people, so that it is not proposed again. The first decision ' +
      'stays; sent again it changes nothing.',
  })
  async dismissDuplicate(
    @Arg('input', { description: 'Which pair, and why.' }) input: DismissDuplicateInput,
    @Ctx() context: RequestContext,
  ): Promise<typeof DismissDuplicateResult> {
    const actor = actorOf(context.caller);
    return toResult(await this.service.dismiss({ id: input.id, reason: input.reason, actor }));
  }

  @FieldResolver(() => [Profile], {
    nullable: true,
    description: 'The two, the one that was there first first.',
  })
  async profiles(
    @Root() { row }: DuplicateCandidate,
    @Ctx() context: RequestContext,
  ): Promise<readonly Profile[]> {
    const { profileById } = this.profilesById;
    const found = await Promise.all([
      context.load(profileById, row.profileId),
      context.load(profileById, row.otherProfileId),
    ]);
    return found.filter((profile) => profile !== null);
  }
}

function toResult(outcome: DismissOutcome): typeof DismissDuplicateResult {
  switch (outcome.kind) {
    case 'DISMISSED':
      return new DuplicateCandidate(outcome.candidate);
    case 'DUPLICATE_NOT_FOUND':
      return new DuplicateNotFound();
    case 'DISMISSAL_REFUSED':
      return new DismissalRefused(outcome.fault);
  }
}

/** @throws InvalidInput for what can be no score */
function requireScore(minScore: number | null): number | null {
  if (minScore === null || (minScore >= 0 && minScore <= 1)) return minScore;
  throw new InvalidInput('`minScore` must be between 0 and 1.', { argument: 'filter.minScore' });
}

const candidateCursor: CursorForm<CandidatePosition> = {
  length: 2,
  write: ({ score, ...pair }) => [String(score), toCandidateId(pair)],
  read: ([text = '', id = '']) => {
    const score = Number(text);
    const pair = readCandidateId(id);
    const isScore = score >= 0 && score <= 1 && String(score) === text;
    return isScore && pair !== null ? { score, ...pair } : null;
  },
};
