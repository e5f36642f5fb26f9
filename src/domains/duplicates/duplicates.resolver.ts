import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { actorOf } from '../../platform/auth/caller';
import {
  type Connection,
  decodeCursor,
  pageSize,
  toConnection,
} from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { InvalidInput } from '../../shared/errors';
import { fromPublicId, type ProfileId } from '../../shared/ids';
import { IdentityReads, Profile } from '../identity';
import { fromCandidateId, toCandidateId } from './duplicates.ids';
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
    @Arg('filter', { nullable: true, description: 'All open pairs where left out.' })
    filter?: DuplicateCandidateFilter,
    @Arg('first', () => Int, { nullable: true, description: 'Page size, 1 … 100; 20 by default.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The end of the page before.' })
    after?: string | null,
  ): Promise<Connection<DuplicateCandidate>> {
    const size = pageSize(first);
    const { profileId, minScore } = filter ?? {};
    const conditions = {
      status: filter?.status ?? ('OPEN' as const),
      profileId: profileId == null ? null : fromPublicId<ProfileId>('prf', profileId),
      minScore: requireScore(minScore ?? null),
    };
    const rows = await this.reads.findPage(conditions, toPosition(after), size + 1);
    return toConnection(
      rows,
      size,
      (row) => new DuplicateCandidate(row),
      (row) => [String(row.score), toCandidateId(row)],
    );
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

/** @throws InvalidInput for a cursor of some other list */
function toPosition(after: string | null | undefined): CandidatePosition | null {
  if (after === null || after === undefined) return null;
  const [text = '', id = ''] = decodeCursor(after, 2);
  const score = Number(text);
  if (!(score >= 0 && score <= 1) || String(score) !== text) {
    throw new InvalidInput('Not a cursor of this list. Use `pageInfo.endCursor` as it came.', {
      argument: 'after',
    });
  }
  return { score, ...fromCandidateId(id) };
}
