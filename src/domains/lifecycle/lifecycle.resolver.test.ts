import { graphql } from 'graphql';
import { Query, Resolver } from 'type-graphql';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { RequestContext } from '../../platform/graphql/context';
import { buildApiSchema } from '../../platform/graphql/schema';
import { type ProfileId, uuidSource } from '../../shared/ids';
import { Profile } from '../identity';
import { LifecycleEvaluator } from './lifecycle.evaluator';
import { fiveStageModel } from './lifecycle.models';
import { LifecycleReads } from './lifecycle.reads';
import { LifecycleHistoryResolver, LifecycleResolver } from './lifecycle.resolver';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-01T12:00:00Z');
const { events } = createPipeline(database, {
  clock,
  evaluators: [new LifecycleEvaluator(fiveStageModel, uuidSource)],
});
const reads = new LifecycleReads(database, fiveStageModel.name);
const createdAt = new Date('2026-05-05T05:05:05Z');
const shown: { profileIds: readonly ProfileId[] } = { profileIds: [] };

@Resolver(() => Profile)
class ShownProfilesResolver {
  @Query(() => [Profile])
  shown(): Profile[] {
    return shown.profileIds.map((profileId) => new Profile(profileId, createdAt));
  }
}

const instances = new Map<new (...args: never[]) => object, object>([
  [ShownProfilesResolver, new ShownProfilesResolver()],
  [LifecycleResolver, new LifecycleResolver(reads, fiveStageModel, clock)],
  [LifecycleHistoryResolver, new LifecycleHistoryResolver(reads)],
]);
const schema = buildApiSchema([...instances.keys()], instances);

async function ask(profileIds: readonly ProfileId[], selection: string) {
  shown.profileIds = profileIds;
  const caller = { kind: 'KEY', name: 'crm', scopes: new Set([]) } as const;
  const contextValue = new RequestContext('r', caller);
  const source = `{ shown { lifecycle { ${selection} } } }`;
  const { data, errors } = await graphql({ schema, source, contextValue });
  return { lifecycles: JSON.parse(JSON.stringify(data?.['shown'] ?? null)), errors };
}

async function bought(user: string, ...days: readonly string[]): Promise<ProfileId> {
  const { profileIds } = await events.ingest(
    'test',
    days.map((day) => ({
      messageId: `${user} ${day}`,
      name: 'Order Completed',
      occurredAt: new Date(`${day}T10:00:00Z`),
      identifiers: [{ namespace: 'user_id', value: user }],
      properties: { order_id: `${user} ${day}`, revenue: 10 },
    })),
  );
  return profileIds[0] as ProfileId;
}

const REASONS = '{ fact value threshold operator unit }';

test('tells stage, reasons, risk and what is due', async () => {
  const profileId = await bought('lost', '2026-01-01');
  const all = `model modelVersion stage since reasons ${REASONS} atRisk atRiskSince
    atRiskReasons ${REASONS} churnRisk nextEvaluationAt`;
  const { lifecycles, errors } = await ask([profileId], all);
  expect(errors).toBeUndefined();
  expect(lifecycles).toEqual([
    {
      lifecycle: {
        model: 'five-stage',
        modelVersion: 1,
        stage: 'CHURN',
        since: '2026-04-01T00:00:00.000Z',
        reasons: [
          { fact: 'silenceDays', value: 90, threshold: 90, operator: 'GTE', unit: 'DAYS' },
          { fact: 'silenceInCadences', value: 3, threshold: 3, operator: 'GTE', unit: 'CADENCES' },
        ],
        atRisk: false,
        atRiskSince: null,
        atRiskReasons: [],
        churnRisk: 151 / (151 + 90),
        nextEvaluationAt: null,
      },
    },
  ]);
});

test('tells what raised the warning', async () => {
  const days = ['01-01', '01-15', '02-01', '02-15', '03-01', '04-15'].map((day) => `2026-${day}`);
  const profileId = await bought('fading', ...days);
  const { lifecycles } = await ask([profileId], `atRisk atRiskSince atRiskReasons ${REASONS}`);
  expect(lifecycles[0].lifecycle).toEqual({
    atRisk: true,
    atRiskSince: '2026-05-16T00:00:00.000Z',
    atRiskReasons: [
      { fact: 'activeDaysBefore90', value: 4, threshold: 4, operator: 'GTE', unit: 'COUNT' },
      { fact: 'frequencyChange90', value: -0.5, threshold: -0.3, operator: 'LT', unit: 'RATIO' },
    ],
  });
});

test('whoever has not done anything yet is at the beginning', async () => {
  const { lifecycles } = await ask(
    [uuidSource.next()],
    `model modelVersion stage since reasons ${REASONS} atRisk churnRisk nextEvaluationAt
     history { edges { node { to } } pageInfo { hasNextPage endCursor } }`,
  );
  expect(lifecycles[0].lifecycle).toEqual({
    model: 'five-stage',
    modelVersion: 1,
    stage: 'ACQUISITION',
    since: createdAt.toISOString(),
    reasons: [],
    atRisk: false,
    churnRisk: 0,
    nextEvaluationAt: null,
    history: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } },
  });
});

test('pages through the history, newest first, of several profiles at once', async () => {
  const one = await bought('one', '2025-01-01');
  const other = await bought('other', '2026-05-30');
  const history = (args: string) =>
    `history(${args}) { edges { node { id from to occurredAt cause modelVersion reasons ${REASONS} } }
     pageInfo { hasNextPage endCursor } }`;
  const first = await ask([one, other], history('first: 2'));
  expect(first.errors).toBeUndefined();
  const [ofOne, ofOther] = first.lifecycles.map(
    ({ lifecycle }: { lifecycle: { history: unknown } }) => lifecycle.history,
  );
  expect(ofOne.edges).toEqual([
    {
      node: expect.objectContaining({
        id: expect.stringMatching(/^trn_[0-9a-f]{32}$/),
        from: 'EXPLORATION',
        to: 'CHURN',
        occurredAt: '2025-04-01T00:00:00.000Z',
        cause: 'TIME',
        modelVersion: 1,
      }),
    },
    { node: expect.objectContaining({ from: 'ACQUISITION', to: 'EXPLORATION' }) },
  ]);
  expect(ofOne.pageInfo.hasNextPage).toBe(true);
  expect(ofOther.edges).toEqual([
    {
      node: expect.objectContaining({
        from: null,
        to: 'ACQUISITION',
        cause: 'EVENT',
        reasons: [
          { fact: 'tenureDays', value: 0, threshold: 28, operator: 'LT', unit: 'DAYS' },
          { fact: 'orderDays', value: 1, threshold: 2, operator: 'LT', unit: 'COUNT' },
        ],
      }),
    },
  ]);
  const next = await ask([one], history(`first: 2, after: "${ofOne.pageInfo.endCursor}"`));
  expect(next.lifecycles[0].lifecycle.history).toMatchObject({
    edges: [{ node: { from: null, to: 'ACQUISITION' } }],
    pageInfo: { hasNextPage: false },
  });
});

test.each(['first: 0', 'first: 101', 'after: "nonsense"'])('refuses history(%s)', async (args) => {
  const { errors } = await ask([uuidSource.next()], `history(${args}) { edges { cursor } }`);
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
});
