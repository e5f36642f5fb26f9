import { Arg, Args, Query, Resolver } from 'type-graphql';
import { type Connection, toConnection } from '../../platform/graphql/connection';
import type { CursorForm } from '../../platform/graphql/cursor';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import { InvalidInput } from '../../shared/errors';
import { type ProfileId, readPublicId, toPublicId } from '../../shared/ids';
import { Profile } from '../identity';
import { DirectoryReads } from './directory.reads';
import { ProfileConnection, ProfileFilter } from './directory.types';

@Resolver()
export class DirectoryResolver {
  /** @param stageNames of the default lifecycle model, as it is in force */
  constructor(
    private readonly reads: DirectoryReads,
    private readonly stageNames: () => Promise<readonly string[]>,
  ) {}

  @Query(() => ProfileConnection, { description: 'Profiles, the newest first.' })
  async profiles(
    @Args() paging: PageArguments,
    @Arg('filter', { nullable: true, description: 'All profiles where left out.' })
    filter?: ProfileFilter,
  ): Promise<Connection<Profile>> {
    const page = readPageArguments(paging, profileCursor);
    await this.refuseUnknownStage(filter?.stage ?? null);
    const conditions = {
      stage: filter?.stage ?? null,
      tier: filter?.tier ?? null,
      atRisk: filter?.atRisk ?? null,
    };
    const rows = await this.reads.findPage(conditions, page);
    return toConnection(
      rows,
      page,
      (row) => new Profile(row.profileId, row.createdAt),
      ({ profileId }) => profileId,
    );
  }

  /** A misspelt stage must not look like one that nobody is in. */
  private async refuseUnknownStage(stage: string | null): Promise<void> {
    if (stage === null) return;
    const stages = await this.stageNames();
    if (stages.includes(stage)) return;
    throw new InvalidInput(`There is no such stage. Stages: ${stages.join(', ')}.`, {
      argument: 'filter.stage',
      stages,
    });
  }
}

const profileCursor: CursorForm<ProfileId> = {
  length: 1,
  write: (profileId) => [toPublicId('prf', profileId)],
  read: ([id = '']) => readPublicId<ProfileId>('prf', id),
};
