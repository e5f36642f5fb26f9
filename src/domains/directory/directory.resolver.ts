import { Arg, Int, Query, Resolver } from 'type-graphql';
import {
  type Connection,
  decodeCursor,
  pageSize,
  toConnection,
} from '../../platform/graphql/connection';
import { InvalidInput } from '../../shared/errors';
import { fromPublicId, type ProfileId, toPublicId } from '../../shared/ids';
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
    @Arg('filter', { nullable: true, description: 'All profiles where left out.' })
    filter?: ProfileFilter,
    @Arg('first', () => Int, { nullable: true, description: 'Page size, 1 … 100; 20 by default.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The end of the page before.' })
    after?: string | null,
  ): Promise<Connection<Profile>> {
    const size = pageSize(first);
    await this.refuseUnknownStage(filter?.stage ?? null);
    const conditions = {
      stage: filter?.stage ?? null,
      tier: filter?.tier ?? null,
      atRisk: filter?.atRisk ?? null,
    };
    const rows = await this.reads.findPage(conditions, toPosition(after), size + 1);
    return toConnection(
      rows,
      size,
      (row) => new Profile(row.profileId, row.createdAt),
      (row) => [toPublicId('prf', row.profileId)],
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

function toPosition(after: string | null | undefined): ProfileId | null {
  if (after === null || after === undefined) return null;
  const [profileId = ''] = decodeCursor(after, 1);
  return fromPublicId<ProfileId>('prf', profileId);
}
