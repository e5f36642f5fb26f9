/** What profiles can be listed by. */
export type ListOrder =
  | 'CREATED'
  | 'STAGE_SINCE'
  | 'AT_RISK_SINCE'
  | 'LIFETIME_REVENUE'
  | 'POINTS_BALANCE';

/** What a list can be narrowed by; null for what does not matter. */
export interface ListConditions {
  /** By which stage and risk are told. */
  readonly model: string;
  readonly stage: string | null;
  readonly atRisk: boolean | null;
  readonly tier: string | null;
  readonly membershipTier: string | null;
  readonly createdSince: Date | null;
  readonly createdUntil: Date | null;
  readonly stageSince: Date | null;
  readonly atRiskSince: Date | null;
  readonly lifetimeRevenueMinorMin: bigint | null;
  readonly pointsBalanceMin: bigint | null;
}

/** Every profile. */
export function noConditions(model: string): ListConditions {
  return {
    model,
    stage: null,
    atRisk: null,
    tier: null,
    membershipTier: null,
    createdSince: null,
    createdUntil: null,
    stageSince: null,
    atRiskSince: null,
    lifetimeRevenueMinorMin: null,
    pointsBalanceMin: null,
  };
}

type Condition = Exclude<keyof ListConditions, 'model'>;

/** Conditions by the names that the API has for them. */
const names: Readonly<Record<Condition, string>> = {
  stage: 'stage',
  atRisk: 'atRisk',
  tier: 'tier',
  membershipTier: 'membershipTier',
  createdSince: 'createdSince',
  createdUntil: 'createdUntil',
  stageSince: 'stageSince',
  atRiskSince: 'atRiskSince',
  lifetimeRevenueMinorMin: 'lifetimeRevenueMin',
  pointsBalanceMin: 'pointsBalanceMin',
};

/** The sets of conditions that an index serves together with an order. */
const served: Readonly<Record<ListOrder, readonly (readonly Condition[])[]>> = {
  CREATED: [
    ['stage', 'atRisk', 'tier', 'membershipTier'],
    ['createdSince', 'createdUntil'],
  ],
  STAGE_SINCE: [['stage', 'stageSince']],
  AT_RISK_SINCE: [['atRisk', 'atRiskSince']],
  LIFETIME_REVENUE: [['tier', 'lifetimeRevenueMinorMin']],
  POINTS_BALANCE: [['membershipTier', 'pointsBalanceMin']],
};

/**
 * Why profiles cannot be listed so: what goes with what, for a person to read. Null where they can.
 */
export function refuseList(by: ListOrder, conditions: ListConditions): string | null {
  const given = (Object.keys(names) as Condition[]).filter((name) => conditions[name] !== null);
  const isServed = served[by].some((set) => given.every((name) => set.includes(name)));
  if (!isServed) {
    const asked = given.map((name) => `\`${names[name]}\``).join(', ');
    return `Profiles cannot be listed by ${by} under ${asked} together. What goes with what: ${allServed()}.`;
  }
  if (by === 'AT_RISK_SINCE' && conditions.atRisk === false) {
    return 'By AT_RISK_SINCE only those are listed who are at risk.';
  }
  return null;
}

function allServed(): string {
  return Object.entries(served)
    .map(([by, sets]) => {
      const told = sets.map((set) => set.map((name) => `\`${names[name]}\``).join(', '));
      return `${by} with ${told.join(' or with ')}`;
    })
    .join('; ');
}

/**
 * Whether a list gives away points or membership tiers: by the places in it, or by who is in it.
 */
export function tellsOfLoyalty({
  by,
  conditions,
}: {
  readonly by: ListOrder;
  readonly conditions: ListConditions;
}): boolean {
  const { membershipTier, pointsBalanceMin } = conditions;
  return by === 'POINTS_BALANCE' || membershipTier !== null || pointsBalanceMin !== null;
}
