import { order, recordEvents, userIdentifier } from '../support/actions';
import { TEST_NOW, useApi } from '../support/api';

const api = useApi();

afterEach(() => api.clock.set(TEST_NOW));

interface Period {
  readonly since: string;
  readonly until: string;
  readonly isComplete: boolean;
  readonly knownAt: string;
  readonly stages: readonly ({ readonly stage: string } & Readonly<Record<string, unknown>>)[];
}

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Period }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const MONEY = '{ amount currency }';

const FLOW_FIELDS =
  'stage sizeAtBegin inflow appeared outflow reclassifiedIn reclassifiedOut sizeAtEnd';

/** The clock stands at 2026-11-20T10:00Z. */
async function goals(args: string, stageFields = 'stage sizeAtEnd'): Promise<Page> {
  const data = await api.data<{ lifecycleStageGoals: Page }>(`{
    lifecycleStageGoals(${args}) {
      edges { cursor node { since until isComplete knownAt stages { ${stageFields} } } }
      pageInfo { hasNextPage endCursor }
    }
  }`);
  return data.lifecycleStageGoals;
}

async function flow(args: string) {
  const data = await api.data<{ lifecycleFlow: Record<string, unknown> | null }>(`{
    lifecycleFlow(${args}) {
      model since until knownAt
      stages { ${FLOW_FIELDS} }
      flows { from to moves byEvent byTime byModel }
    }
  }`);
  return data.lifecycleFlow;
}

test('before anything is added up there is nothing to tell', async () => {
  expect(await goals('every: WEEK, from: "2026-11-01T00:00:00Z"')).toEqual({
    edges: [],
    pageInfo: { hasNextPage: false, endCursor: null },
  });
  expect(await flow('from: "2026-11-01T00:00:00Z"')).toBeNull();
});

describe('once it is', () => {
  beforeAll(async () => {
    await recordEvents(api, [
      order('one', 100, { occurredAt: '2026-09-01T10:00:00Z' }),
      order('one', 60, { occurredAt: '2026-10-05T10:00:00Z' }),
      order('two', 30, { occurredAt: '2026-10-20T10:00:00Z' }),
      {
        name: 'Feedback Submitted',
        identifiers: [userIdentifier('one')],
        occurredAt: '2026-10-06T10:00:00Z',
        properties: { kind: 'NPS', score: 9 },
      },
    ]);
    const { lifecycleGoalScan } = api.app;
    while ((await lifecycleGoalScan.run(api.clock.now())) > 0);
  });

  test('a stage has its indicators', async () => {
    const page = await goals(
      'every: MONTH, from: "2026-10-15T00:00:00Z", to: "2026-11-01T00:00:00Z", stage: "EXPLORATION"',
      `${FLOW_FIELDS} remained medianStayDays conversionRate churnRate buyersAtBegin
       repurchaseRate revenue ${MONEY} arpu ${MONEY} nps npsAnswers`,
    );
    expect(page.edges.map(({ node }) => node)).toEqual([
      {
        since: '2026-10-01T00:00:00.000Z',
        until: '2026-11-01T00:00:00.000Z',
        isComplete: true,
        knownAt: '2026-11-20T10:00:00.000Z',
        stages: [
          {
            stage: 'EXPLORATION',
            sizeAtBegin: 1,
            inflow: 0,
            appeared: 0,
            outflow: 0,
            reclassifiedIn: 0,
            reclassifiedOut: 0,
            sizeAtEnd: 1,
            remained: 1,
            medianStayDays: null,
            conversionRate: 0,
            churnRate: 0,
            buyersAtBegin: 1,
            repurchaseRate: 1,
            revenue: { amount: '60.00', currency: 'USD' },
            arpu: { amount: '60.00', currency: 'USD' },
            nps: 100,
            npsAnswers: 1,
          },
        ],
      },
    ]);
  });

  test('weeks begin on Monday, and the running one is not complete', async () => {
    const { edges } = await goals('every: WEEK, from: "2026-11-15T23:59:59Z"');
    expect(edges.map(({ node }) => [node.since, node.isComplete])).toEqual([
      ['2026-11-09T00:00:00.000Z', true],
      ['2026-11-16T00:00:00.000Z', false],
    ]);
    const sizes = edges[1]?.node.stages.map(({ stage, sizeAtEnd }) => [stage, sizeAtEnd]);
    expect(sizes).toEqual([
      ['ACQUISITION', 0],
      ['EXPLORATION', 2],
      ['GROWTH', 0],
      ['MATURITY', 0],
      ['CHURN', 0],
    ]);
  });

  test('pages follow each other, and each knows the sizes it begins with', async () => {
    const args = 'every: WEEK, from: "2026-08-30T00:00:00Z"';
    const fields = 'stage sizeAtBegin sizeAtEnd buyersAtBegin';
    const whole = await goals(`${args}, first: 100`, fields);
    const read = [];
    let after = '';
    for (;;) {
      const page = await goals(`${args}, first: 5${after}`, fields);
      read.push(...page.edges);
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(read).toHaveLength(13);
    expect(read).toEqual(whole.edges);
  });

  test('everything between the first day and the last fits on no page, and does not have to', async () => {
    const page = await goals('every: WEEK, from: "1970-01-01T00:00:00Z", first: 100');
    expect(page.edges).toHaveLength(100);
    expect(page.pageInfo.hasNextPage).toBe(true);
    expect(page.edges[0]?.node.since).toBe('1969-12-29T00:00:00.000Z');
  });

  test('the flow between the stages', async () => {
    expect(await flow('from: "2026-10-01T12:00:00Z", to: "2026-11-18T00:00:00Z"')).toEqual({
      model: 'five-stage',
      since: '2026-10-01T00:00:00.000Z',
      until: '2026-11-18T00:00:00.000Z',
      knownAt: '2026-11-20T10:00:00.000Z',
      stages: [
        row('ACQUISITION', { inflow: 1, appeared: 1, outflow: 1 }),
        row('EXPLORATION', { sizeAtBegin: 1, inflow: 1, sizeAtEnd: 2 }),
        row('GROWTH', {}),
        row('MATURITY', {}),
        row('CHURN', {}),
      ],
      flows: [
        { from: null, to: 'ACQUISITION', moves: 1, byEvent: 1, byTime: 0, byModel: 0 },
        { from: 'ACQUISITION', to: 'EXPLORATION', moves: 1, byEvent: 0, byTime: 1, byModel: 0 },
      ],
    });
  });

  test('a range of a moment is its day, and one that goes into the future ends with today', async () => {
    expect(
      await flow('from: "2026-10-20T10:00:00Z", to: "2026-10-20T10:00:00.001Z"'),
    ).toMatchObject({
      since: '2026-10-20T00:00:00.000Z',
      until: '2026-10-21T00:00:00.000Z',
      flows: [{ from: null, to: 'ACQUISITION', moves: 1 }],
    });
    expect(await flow('from: "2026-11-19T00:00:00Z", to: "9999-12-31T23:59:59Z"')).toMatchObject({
      until: '2026-11-21T00:00:00.000Z',
      flows: [],
    });
  });

  test('what began after the last pass is not known yet', async () => {
    api.clock.set('2026-11-25T10:00:00Z');
    const { edges } = await goals('every: WEEK, from: "2026-11-10T00:00:00Z"');
    expect(edges.map(({ node }) => [node.since, node.isComplete])).toEqual([
      ['2026-11-09T00:00:00.000Z', true],
      ['2026-11-16T00:00:00.000Z', false],
    ]);
    expect((await goals('every: WEEK, from: "2026-11-24T00:00:00Z"')).edges).toEqual([]);
    expect(await flow('from: "2026-11-24T00:00:00Z"')).toMatchObject({ flows: [] });
  });
});

function row(stage: string, some: Readonly<Record<string, number>>) {
  return {
    stage,
    sizeAtBegin: 0,
    inflow: 0,
    appeared: 0,
    outflow: 0,
    reclassifiedIn: 0,
    reclassifiedOut: 0,
    sizeAtEnd: 0,
    ...some,
  };
}

describe('what cannot be told is refused by name', () => {
  const range = 'from: "2026-10-01T00:00:00Z"';
  const GOALS = '{ edges { cursor } }';
  const FLOW = '{ model }';

  test.each([
    [
      `lifecycleStageGoals(every: WEEK, ${range}, model: "no-such") ${GOALS}`,
      'UNKNOWN_LIFECYCLE_MODEL',
    ],
    [`lifecycleFlow(${range}, model: "") ${FLOW}`, 'UNKNOWN_LIFECYCLE_MODEL'],
    [`lifecycleFlow(${range}, model: "a\\u0000b") ${FLOW}`, 'UNKNOWN_LIFECYCLE_MODEL'],
    [`lifecycleStageGoals(every: WEEK, ${range}, stage: "growth") ${GOALS}`, 'INVALID_INPUT'],
    [
      `lifecycleStageGoals(every: WEEK, ${range}, to: "2026-10-01T00:00:00Z") ${GOALS}`,
      'INVALID_INPUT',
    ],
    [`lifecycleFlow(${range}, to: "2026-09-30T00:00:00Z") ${FLOW}`, 'INVALID_INPUT'],
    ['lifecycleFlow(from: "2026-11-20T10:00:00.001Z") { model }', 'INVALID_INPUT'],
    ['lifecycleFlow(from: "1969-12-31T23:59:59Z") { model }', 'INVALID_INPUT'],
    [`lifecycleStageGoals(every: WEEK, from: "0001-01-01T00:00:00Z") ${GOALS}`, 'INVALID_INPUT'],
    [`lifecycleStageGoals(every: WEEK, ${range}, first: 0) ${GOALS}`, 'INVALID_INPUT'],
    [`lifecycleStageGoals(every: WEEK, ${range}, first: 101) ${GOALS}`, 'INVALID_INPUT'],
    [`lifecycleStageGoals(every: WEEK, ${range}, after: "nonsense") ${GOALS}`, 'INVALID_INPUT'],
    // Cursors of a day that no week begins on, and of what is no day.
    [
      `lifecycleStageGoals(every: WEEK, ${range}, after: "${cursor('2026-10-06')}") ${GOALS}`,
      'INVALID_INPUT',
    ],
    [
      `lifecycleStageGoals(every: WEEK, ${range}, after: "${cursor('soon')}") ${GOALS}`,
      'INVALID_INPUT',
    ],
    [`lifecycleStageGoals(every: DAY, ${range}) ${GOALS}`, 'INVALID_INPUT'],
    ['lifecycleFlow(from: "tomorrow") { model }', 'INVALID_INPUT'],
  ])('%s', async (field, code) => {
    const { errors } = await api.query(`{ ${field} }`);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  });
});

function cursor(text: string): string {
  return Buffer.from(JSON.stringify([text])).toString('base64url');
}

test('it is for those who may read profiles, and not for customers', async () => {
  const query = '{ lifecycleFlow(from: "2026-10-01T00:00:00Z") { model } }';
  const codes = async (credentials: { readonly key?: string; readonly jwt?: string }) => {
    const { errors } = await api.query(query, {}, credentials);
    return errors.map(({ extensions }) => extensions.code);
  };
  expect(await codes({ key: await api.key('profiles:read') })).toEqual([]);
  expect(await codes({ key: await api.key('events:write') })).toEqual(['FORBIDDEN']);
  expect(await codes({ jwt: await api.jwt('one') })).toEqual(['FORBIDDEN']);
});
