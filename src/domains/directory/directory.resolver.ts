import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { requireScope } from '../../platform/auth/field-access';
import { type Connection, toConnection, withCount } from '../../platform/graphql/connection';
import type { RequestContext } from '../../platform/graphql/context';
import { PageArguments, readPageArguments } from '../../platform/graphql/page-arguments';
import type { Currency } from '../../shared/currency';
import { InvalidInput } from '../../shared/errors';
import { parseMinor } from '../../shared/money';
import { Profile } from '../identity';
import { listCursor } from './directory.cursors';
import { type ListConditions, refuseList, tellsOfLoyalty } from './directory.lists.rules';
import { type AskedList, DirectoryReads } from './directory.reads';
import { ProfileConnection, ProfileFilter, ProfileOrder } from './directory.types';

/** What there is to choose from. */
export interface Vocabulary {
  /** Of a lifecycle model as it is in force; of the default one where no name is given. */
  readonly stages: (model: string | null) => Promise<readonly string[]>;
  readonly membershipTiers: readonly string[];
  readonly currency: Currency;
}

@Resolver()
export class DirectoryResolver {
  constructor(
    private readonly reads: DirectoryReads,
    private readonly vocabulary: Vocabulary,
  ) {}

  @Query(() => ProfileConnection, {
    description: 'Profiles; the newest first, unless another order is asked for.',
  })
  async profiles(
    @Ctx() { caller }: RequestContext,
    @Args() paging: PageArguments,
    @Arg('filter', { nullable: true, description: 'All profiles where left out.' })
    filter?: ProfileFilter,
    @Arg('orderBy', { nullable: true, description: 'The newest first where left out.' })
    orderBy?: ProfileOrder,
  ): Promise<Connection<Profile>> {
    const list = await this.readList(filter ?? {}, orderBy ?? { by: 'CREATED', direction: 'DESC' });
    if (tellsOfLoyalty(list)) requireScope(caller, 'loyalty:read');
    const page = readPageArguments(paging, listCursor(list.by));
    const rows = await this.reads.findPage(list, page);
    const connection = toConnection(
      rows,
      page,
      (row) => new Profile(row.profileId, row.createdAt),
      ({ value, profileId }) => ({ value, id: profileId }),
    );
    return withCount(connection, () => this.reads.count(list));
  }

  private async readList(
    filter: ProfileFilter,
    { by, direction }: ProfileOrder,
  ): Promise<AskedList> {
    const model = filter.model ?? null;
    const conditions: ListConditions = {
      model: model ?? this.reads.model,
      stage: filter.stage ?? null,
      atRisk: filter.atRisk ?? null,
      tier: filter.tier ?? null,
      membershipTier: filter.membershipTier ?? null,
      createdSince: filter.createdSince ?? null,
      createdUntil: filter.createdUntil ?? null,
      stageSince: filter.stageSince ?? null,
      atRiskSince: filter.atRiskSince ?? null,
      lifetimeRevenueMinorMin: this.readRevenue(filter.lifetimeRevenueMin ?? null),
      pointsBalanceMin: filter.pointsBalanceMin ?? null,
    };
    const refusal = refuseList(by, conditions);
    if (refusal !== null) throw new InvalidInput(refusal, { argument: 'filter' });
    const isOfStages = by === 'STAGE_SINCE' || by === 'AT_RISK_SINCE';
    const { stage, atRisk, membershipTier } = conditions;
    if (model !== null && !isOfStages && stage === null && atRisk === null) {
      throw new InvalidInput('`model` says by which model `stage` and `atRisk` are told.', {
        argument: 'filter.model',
      });
    }
    // A misspelt name must not look like one of nobody.
    if (stage !== null || model !== null) {
      const stages = await this.vocabulary.stages(model);
      if (stage !== null) requireKnown('stage', stage, stages);
    }
    if (membershipTier !== null) {
      requireKnown('membershipTier', membershipTier, this.vocabulary.membershipTiers);
    }
    return { by, isDescending: direction === 'DESC', conditions };
  }

  private readRevenue(text: string | null): bigint | null {
    if (text === null) return null;
    const { currency } = this.vocabulary;
    const minor = parseMinor(text, currency.minorDigits);
    if (minor !== null) return minor;
    throw new InvalidInput(
      `\`lifetimeRevenueMin\` is no amount of ${currency.code}: decimal, e.g. \`19.90\`.`,
      { argument: 'filter.lifetimeRevenueMin' },
    );
  }
}

const what = {
  stage: { one: 'stage', many: 'stages' },
  membershipTier: { one: 'membership tier', many: 'membershipTiers' },
} as const;

function requireKnown(condition: keyof typeof what, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const { one, many } = what[condition];
  const all = known.join(', ');
  const list = condition === 'stage' ? `Stages: ${all}.` : `Membership tiers: ${all}.`;
  throw new InvalidInput(`There is no such ${one}. ${list}`, {
    argument: `filter.${condition}`,
    [many]: known,
  });
}
