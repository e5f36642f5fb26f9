import { graphql } from 'graphql';
import { Query, Resolver } from 'type-graphql';
import { TestClock } from '../../../../test/support/clock';
import { useTestDatabase } from '../../../../test/support/database';
import { createPipeline } from '../../../../test/support/pipeline';
import { RequestContext } from '../../../platform/graphql/context';
import { buildApiSchema } from '../../../platform/graphql/schema';
import { type ProfileId, uuidSource } from '../../../shared/ids';
import { ActivityReads } from '../../activity';
import { Profile } from '../../identity';
import { fiveStageModel } from '../models/presets';
import { LifecycleScoreReads } from '../scores/scores.reads';
import { LifecycleScoreResolver } from '../scores/scores.resolver';
import { LifecycleEvaluator } from './evaluator';
import {
  LifecycleMissingResolver,
  LifecycleReasonResolver,
  NextStagesResolver,
} from './explain.resolver';
import { LifecycleCalibrations } from './latest-calibration';
import { LifecycleRulings } from './rulings';
import { LifecycleReads } from './stage.reads';
import { LifecycleHistoryResolver, LifecycleResolver } from './stage.resolver';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-01T12:00:00Z');
const rulings = new LifecycleRulings(fiveStageModel);
const { events } = createPipeline(database, {
  clock,
  evaluators: [new LifecycleEvaluator(rulings, uuidSource)],
});
const reads = new LifecycleReads(database, rulings);
const scores = new LifecycleScoreReads(
  database,
  new ActivityReads(database),
  rulings,
  new LifecycleCalibrations(),
);
const dollars = { code: 'USD', minorDigits: 2 };
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
  [LifecycleResolver, new LifecycleResolver(reads, new ActivityReads(database), clock)],
  [LifecycleHistoryResolver, new LifecycleHistoryResolver(reads)],
  [LifecycleMissingResolver, new LifecycleMissingResolver(dollars)],
  [LifecycleReasonResolver, new LifecycleReasonResolver(dollars)],
  [LifecycleScoreResolver, new LifecycleScoreResolver(scores)],
  [NextStagesResolver, new NextStagesResolver(reads, new ActivityReads(database))],
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

const REASONS = '{ fact value threshold operator unit basis }';

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
          {
            fact: 'silenceDays',
            value: 90,
            threshold: 90,
            operator: 'GTE',
            unit: 'DAYS',
            basis: 'OWN_CADENCE',
          },
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
      {
        fact: 'activeDaysBefore90',
        value: 4,
        threshold: 4,
        operator: 'GTE',
        unit: 'COUNT',
        basis: 'CONSTANT',
      },
      {
        fact: 'frequencyChange90',
        value: -0.5,
        threshold: -0.3,
        operator: 'LT',
        unit: 'RATIO',
        basis: 'CONSTANT',
      },
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
          {
            fact: 'tenureDays',
            value: 0,
            threshold: 28,
            operator: 'LT',
            unit: 'DAYS',
            basis: 'CONSTANT',
          },
          {
            fact: 'orderDays',
            value: 1,
            threshold: 2,
            operator: 'LT',
            unit: 'COUNT',
            basis: 'CONSTANT',
          },
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

beforeEach(() => clock.set('2026-06-01T12:00:00Z'));

describe('as of another instant', () => {
  const told = '{ stage since atRisk churnRisk modelVersion }';
  const askAs = async (profileId: ProfileId, args: string) => {
    shown.profileIds = [profileId];
    const caller = { kind: 'KEY', name: 'crm', scopes: new Set([]) } as const;
    const contextValue = new RequestContext('r', caller);
    const source = `{ shown { lifecycle(${args}) ${told} } }`;
    const { data, errors } = await graphql({ schema, source, contextValue });
    return { lifecycle: JSON.parse(JSON.stringify(data))?.shown?.[0].lifecycle, errors };
  };

  test('tells what the stage was', async () => {
    const profileId = await bought('past', '2026-01-01', '2026-01-11');
    const { lifecycle, errors } = await askAs(profileId, 'asOf: "2026-01-31T00:00:00Z"');
    expect(errors).toBeUndefined();
    expect(lifecycle).toMatchObject({
      stage: 'EXPLORATION',
      since: '2026-01-11T10:00:00.000Z',
      atRisk: false,
      churnRisk: 20 / (20 + 90),
      modelVersion: 1,
    });
  });

  test('tells what it was thought to be, before an event that came late', async () => {
    const profileId = await bought('late', '2026-01-01', '2026-05-20');
    const before = clock.now();
    clock.set('2026-06-02T12:00:00Z');
    await bought('late', '2026-03-01', '2026-04-15');
    const asOf = 'asOf: "2026-04-20T00:00:00Z"';
    const known = await askAs(profileId, `${asOf}, knownAt: "${before.toISOString()}"`);
    expect(known.lifecycle).toMatchObject({ stage: 'CHURN', since: '2026-04-01T00:00:00.000Z' });
    expect((await askAs(profileId, asOf)).lifecycle).toMatchObject({ stage: 'GROWTH' });
  });

  test('before the first event everybody is in the first stage', async () => {
    const profileId = await bought('unborn', '2026-05-01');
    const { lifecycle } = await askAs(profileId, 'asOf: "2020-01-01T00:00:00Z"');
    expect(lifecycle).toMatchObject({
      stage: 'ACQUISITION',
      since: '2020-01-01T00:00:00.000Z',
      churnRisk: 0,
    });
  });

  test.each(['asOf', 'knownAt'])('refuses %s in the future', async (argument) => {
    const { errors } = await askAs(uuidSource.next(), `${argument}: "2027-01-01T00:00:00Z"`);
    expect(errors?.[0]?.originalError).toMatchObject({
      code: 'INVALID_INPUT',
      details: { argument },
    });
  });

  test('refuses a model that is not in use', async () => {
    const { errors } = await askAs(uuidSource.next(), 'model: "six-stages"');
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'UNKNOWN_LIFECYCLE_MODEL' });
  });
});

describe('what it takes', () => {
  const NEXT = 'nextStages { stage missing { fact value operator threshold text } }';

  test('to move on', async () => {
    const profileId = await bought('ahead', '2026-05-01', '2026-05-25');
    const { lifecycles } = await ask([profileId], `stage ${NEXT}`);
    expect(lifecycles[0].lifecycle).toEqual({
      stage: 'EXPLORATION',
      nextStages: [
        {
          stage: 'GROWTH',
          missing: [
            {
              fact: 'activeSpanDays',
              value: 24,
              operator: 'GTE',
              threshold: 56,
              text: 'Days from first to last activity: 24, and it takes at least 56',
            },
            {
              fact: 'orderDays',
              value: 2,
              operator: 'GTE',
              threshold: 3,
              text: 'Order days: 2, and it takes at least 3',
            },
          ],
        },
        { stage: 'MATURITY', missing: [expect.anything(), expect.anything()] },
      ],
    });
  });

  test('to come back, in Chinese', async () => {
    const profileId = await bought('away', '2026-01-01', '2026-01-20');
    const { lifecycles } = await ask(
      [profileId],
      'stage reasons { text(language: ZH) } nextStages { stage missing { text(language: ZH) } }',
    );
    expect(lifecycles[0].lifecycle).toMatchObject({
      stage: 'CHURN',
      reasons: [{ text: '静默天数为90,不低于90(按个人周期)' }],
      nextStages: [
        { stage: 'EXPLORATION', missing: [{ text: '静默天数为132,需低于90(按个人周期)' }] },
        { stage: 'GROWTH' },
        { stage: 'MATURITY' },
      ],
    });
  });

  test('is nothing before the first event', async () => {
    const { lifecycles } = await ask([uuidSource.next()], NEXT);
    expect(lifecycles[0].lifecycle.nextStages).toEqual([]);
  });
});
