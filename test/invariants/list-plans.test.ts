import { DirectoryReads } from '../../src/domains/directory';
import { DuplicateReads } from '../../src/domains/duplicates';
import { EventSchemaReads } from '../../src/domains/event-schemas';
import { EventReads } from '../../src/domains/events';
import { FeedbackReads } from '../../src/domains/feedback';
import { IdentityLogReads } from '../../src/domains/identity';
import { fiveStageModel, LifecycleReads, LifecycleRulings } from '../../src/domains/lifecycle';
import { defaultLoyaltyPolicy, LoyaltyReads } from '../../src/domains/loyalty';
import { QuarantineReads } from '../../src/domains/quarantine';
import { ReferralReads } from '../../src/domains/referrals';
import type { Sql } from '../../src/platform/database/database';
import type { PageRange } from '../../src/platform/database/keyset';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';
import {
  BUSY,
  fillLargeTables,
  instantAt,
  PROFILES,
  profileIdAt,
  ROWS,
  uuidAt,
} from '../support/large-tables';

/**
 * Every list of the API on large tables: each of its conditions and orders, from either end and amid
 * it. What is looked at are the plans that PostgreSQL made and carried out.
 */

const { database } = useTestDatabase();
const clock = new TestClock('2025-12-31T00:00:00Z');

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** Explains each statement instead of giving its rows. */
class Explaining implements Sql {
  readonly plans: PlanNode[] = [];

  async query<Row>(
    statement: string | { readonly text: string },
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    const text = typeof statement === 'string' ? statement : statement.text;
    const [row] = await database.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(
      `explain (analyze, buffers, timing off, format json) ${text}`,
      parameters,
    );
    if (row !== undefined) this.plans.push(row['QUERY PLAN'][0].Plan);
    return [];
  }
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Below it a table is small, and a page may read it all. */
const LARGE = 5_000;

/** Blocks of 8 kB: of the tables here a page by an index takes some hundreds, all of one thousands. */
const PAGE_BLOCKS_MAX = 1_500;

/** What is wrong with how a page was read. */
function faultsOf(plans: readonly PlanNode[], blocksMax: number): string[] {
  return plans.flatMap((plan) => {
    const blocks = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    const nodes = nodesOf(plan).flatMap((node) => {
      const type = node['Node Type'];
      const rows = node['Actual Rows'] * node['Actual Loops'];
      const read = rows + (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];
      if (type === 'Seq Scan' && read > LARGE) {
        return [`reads ${read} rows of ${node['Relation Name']} one after the other`];
      }
      // Of a sort all rows come from below, whatever it gives.
      const sorted = (node.Plans ?? []).map(
        (child) => child['Actual Rows'] * child['Actual Loops'],
      );
      return type === 'Sort' && Math.max(0, ...sorted) > LARGE ? [`sorts ${sorted} rows`] : [];
    });
    return blocks > blocksMax ? [...nodes, `reads ${blocks} blocks`] : nodes;
  });
}

beforeAll(() => fillLargeTables(database), 300_000);

const SIZE = 21;

/** Pages at both ends, and amid the list. */
function pagesOf<Position>(middle: Position): readonly (readonly [string, PageRange<Position>])[] {
  const nowhere = { limit: SIZE, after: null, before: null };
  return [
    ['the first page', { ...nowhere, isBackward: false }],
    ['a page after', { ...nowhere, after: middle, isBackward: false }],
    ['the last page', { ...nowhere, isBackward: true }],
    ['a page before', { ...nowhere, before: middle, isBackward: true }],
  ];
}

describe('profiles', () => {
  const reads = (sql: Sql) => new DirectoryReads(sql, 'five-stage', 'BRONZE');
  const { everybody } = reads(database);
  const amid = instantAt(PROFILES / 2);
  const lists: Record<string, readonly Partial<(typeof everybody)['conditions']>[]> = {
    CREATED: [
      {},
      { stage: 'CHURN' },
      { stage: 'MATURITY' },
      { tier: 'HIGH' },
      { tier: 'LOW' },
      { atRisk: true },
      { atRisk: false },
      { membershipTier: 'GOLD' },
      { membershipTier: 'BRONZE' },
      { model: 'six-stage', stage: 'GROWTH' },
      { stage: 'CHURN', tier: 'LOW' },
      { stage: 'GROWTH', tier: 'HIGH', membershipTier: 'BRONZE' },
      { stage: 'MATURITY', atRisk: true },
      { tier: 'MID', membershipTier: 'SILVER', atRisk: false },
      { createdSince: amid },
      { createdUntil: amid },
      { createdSince: instantAt(1000), createdUntil: amid },
    ],
    STAGE_SINCE: [
      {},
      { stage: 'GROWTH' },
      { stageSince: amid },
      { stage: 'CHURN', stageSince: amid },
    ],
    AT_RISK_SINCE: [{}, { atRisk: true }, { atRiskSince: amid }],
    LIFETIME_REVENUE: [
      {},
      { tier: 'HIGH' },
      { lifetimeRevenueMinorMin: 4_990n },
      { tier: 'LOW', lifetimeRevenueMinorMin: 2_500n },
    ],
    POINTS_BALANCE: [
      {},
      { membershipTier: 'GOLD' },
      { pointsBalanceMin: 2_990n },
      { membershipTier: 'SILVER', pointsBalanceMin: 1_000n },
    ],
  };
  const values = {
    CREATED: amid,
    STAGE_SINCE: amid,
    AT_RISK_SINCE: amid,
    LIFETIME_REVENUE: 2_500n,
    POINTS_BALANCE: 1_500n,
  } as const;
  const cases = (Object.keys(values) as (keyof typeof values)[]).flatMap((by) =>
    (lists[by] ?? []).flatMap((conditions) => {
      const told = JSON.stringify(conditions, (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      return [true, false].map((isDescending) => ({
        name: `by ${by} ${isDescending ? 'descending' : 'ascending'}, ${told}`,
        list: { by, isDescending, conditions: { ...everybody.conditions, ...conditions } },
      }));
    }),
  );

  it.each(cases)('$name', async ({ list }) => {
    const middle = { value: values[list.by], id: profileIdAt(PROFILES / 2) };
    for (const [page, range] of pagesOf(middle)) {
      const explaining = new Explaining();
      await reads(explaining).findPage(list, range);
      // Of several conditions one leads, and the rarer those that meet it the more are looked at.
      const isOfSeveral = Object.values(list.conditions).filter((one) => one !== null).length > 2;
      const blocksMax = isOfSeveral ? 4 * PAGE_BLOCKS_MAX : PAGE_BLOCKS_MAX;
      expect([page, faultsOf(explaining.plans, blocksMax)]).toEqual([page, []]);
    }
  });

  it.each(cases.filter(({ list }) => list.isDescending))(
    'a count of those $name',
    async ({ list }) => {
      const explaining = new Explaining();
      await reads(explaining).count(list);
      // Ten thousand of each group, each looked up in another table as well.
      const faults = faultsOf(explaining.plans, 300_000).filter(
        (fault) => !fault.startsWith('sorts'),
      );
      expect(faults).toEqual([]);
    },
  );

  it('are about as many as the database believes', async () => {
    const { kind, value } = await reads(database).count(everybody);
    expect(kind).toBe('ESTIMATE');
    expect(Math.abs(value - PROFILES * 0.98)).toBeLessThan(PROFILES * 0.1);
  });

  it('under conditions are counted as far as ten thousand', async () => {
    const under = (conditions: object) =>
      reads(database).count({
        ...everybody,
        conditions: { ...everybody.conditions, ...conditions },
      });
    expect(await under({ stage: 'CHURN' })).toEqual({ kind: 'AT_LEAST', value: 10_000 });
    const [row] = await database.query<{ rows: number }>(
      `select count(*)::int as rows from lifecycle_state
       where model = 'five-stage' and stage = 'MATURITY'`,
    );
    expect(await under({ stage: 'MATURITY' })).toEqual({ kind: 'EXACT', value: row?.rows });
  });
});

describe('lists', () => {
  const n = ROWS / 2;
  const place = { at: instantAt(n), id: uuidAt(n) };
  const logPlace = { ...place, otherId: uuidAt(n) };
  const noQuarantine = { source: null, reason: null, state: null, since: null, until: null };
  const noWarnings = { rule: null, source: null, since: null };
  const noViolations = { name: null, version: null, source: null, since: null };
  const open = { status: 'OPEN', profileId: null, minScore: null } as const;
  const loyalty = (sql: Sql) => new LoyaltyReads(sql, defaultLoyaltyPolicy, clock);

  type Read = (sql: Sql) => Promise<unknown>;
  const cases: Record<string, readonly (readonly [string, Read])[]> = {
    events: pagesOf(place).map(([name, page]) => [
      name,
      (sql) => new EventReads(sql).eventsByPage([{ profileId: BUSY, page, withDetails: true }]),
    ]),
    feedback: pagesOf(place).map(([name, page]) => [
      name,
      (sql) => new FeedbackReads(sql).feedbackByPage([{ profileId: BUSY, page }]),
    ]),
    referrals: pagesOf(place).map(([name, page]) => [
      name,
      (sql) => new ReferralReads(sql).referralsByPage([{ referrer: BUSY, page }]),
    ]),
    history: pagesOf(place).map(([name, page]) => [
      name,
      (sql) =>
        new LifecycleReads(sql, new LifecycleRulings(fiveStageModel)).historyByPage([
          { profileId: BUSY, model: 'five-stage', page },
        ]),
    ]),
    transactions: pagesOf(uuidAt(n) as never).map(([name, page]) => [
      name,
      (sql) => loyalty(sql).transactionPages([{ profileId: BUSY, page }]),
    ]),
    lots: pagesOf({ expiresAt: instantAt(n), id: uuidAt(n) as never }).map(([name, page]) => [
      name,
      (sql) => loyalty(sql).lotPages([{ profileId: BUSY, page }]),
    ]),
    'the identity log': pagesOf(logPlace).map(([name, page]) => [
      name,
      (sql) => new IdentityLogReads(sql).logByPage([{ profileId: BUSY, page }]),
    ]),
    'identity warnings': [
      {},
      { rule: 'JUNK_VALUE' },
      { source: 'web1' },
      { rule: 'JUNK_VALUE', source: 'web1', since: instantAt(100) },
    ].flatMap((conditions) =>
      pagesOf(logPlace).map(([name, page]): readonly [string, Read] => [
        `${JSON.stringify(conditions)}, ${name}`,
        (sql) => new IdentityLogReads(sql).findWarnings({ ...noWarnings, ...conditions }, page),
      ]),
    ),
    'quarantined events': [
      {},
      { state: 'PENDING' },
      { state: 'DISCARDED' },
      { source: 'web1' },
      { source: 'web1', reason: 'R1', state: 'PENDING' },
      { since: instantAt(100), until: instantAt(ROWS - 100) },
    ].flatMap((conditions) =>
      pagesOf(place).map(([name, page]): readonly [string, Read] => [
        `${JSON.stringify(conditions)}, ${name}`,
        (sql) =>
          new QuarantineReads(sql).findPage({ ...noQuarantine, ...conditions } as never, page),
      ]),
    ),
    'duplicate candidates': [{}, { minScore: 0.9 }, { profileId: profileIdAt(n) }].flatMap(
      (conditions) =>
        pagesOf({
          score: 0.95,
          profileId: profileIdAt(ROWS),
          otherProfileId: profileIdAt(ROWS + 1),
        }).map(([name, page]): readonly [string, Read] => [
          `${JSON.stringify(conditions)}, ${name}`,
          (sql) => new DuplicateReads(sql).findPage({ ...open, ...conditions }, page),
        ]),
    ),
    'violations of event schemas': [{}, { name: 'e50' }].flatMap((conditions) =>
      pagesOf({ name: 'e50', version: 1, source: 'web', path: '/p5', rule: 'required' }).map(
        ([name, page]): readonly [string, Read] => [
          `${JSON.stringify(conditions)}, ${name}`,
          (sql) =>
            new EventSchemaReads(sql).findViolations({ ...noViolations, ...conditions }, page),
        ],
      ),
    ),
  };
  const flat = Object.entries(cases).flatMap(([list, pages]) =>
    pages.map(([name, read]) => [list, name, read] as const),
  );

  it.each(flat)('%s: %s', async (_list, _name, read) => {
    const explaining = new Explaining();
    await read(explaining);
    expect(explaining.plans).toHaveLength(1);
    expect(faultsOf(explaining.plans, PAGE_BLOCKS_MAX)).toEqual([]);
  });
});
