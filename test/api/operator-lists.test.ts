import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

/** The lists of operators, each with some rows in it: from either end they are the same. */
const api = useApi();

interface Page {
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

let ada = '';

beforeAll(async () => {
  // Pairs that look alike, and a device that comes with too many people.
  for (let n = 0; n < 4; n += 1) {
    const traits = { name: `Ada ${'King'.repeat(n + 1)}`, birthday: `1990-05-1${n}` };
    await newProfile(api, `one-${n}`, { traits });
    await newProfile(api, `other-${n}`, { traits });
  }
  await api.app.duplicateScan.run(api.clock.now());
  ada = await newProfile(api, 'ada', order('ada', 10, { occurredAt: '2026-06-01T00:00:00Z' }));
  for (let n = 0; n < 5; n += 1) {
    const email = { namespace: 'email', value: `ada${n}@example.com` };
    const junk = {
      namespace: n % 2 === 0 ? 'phone' : 'device_id',
      value: ['undefined', 'null', 'none', 'nan', 'unknown'][n] ?? '',
    };
    await recordEvents(api, [
      { name: 'A', identifiers: [userIdentifier('ada'), email, junk] },
      { name: `Nobody ${n}`, identifiers: [] },
    ]);
  }
  for (const name of ['Told', 'Asked', 'Told']) {
    const schema = { type: 'object', required: ['a', 'b', 'c'] };
    const version = name === 'Asked' ? 1 : 1 + Number(await isRegistered(name));
    await api.app.eventSchemas.register(
      {
        name,
        version,
        schema: { ...schema, title: String(version) },
        enforcement: 'ALLOW',
        isActivated: true,
      },
      'test',
    );
  }
  await recordEvents(api, [
    { name: 'Told', identifiers: [userIdentifier('ada')] },
    { name: 'Asked', identifiers: [userIdentifier('ada')] },
  ]);
  await api.app.lifecycleGoalScan.run(api.clock.now());
});

async function isRegistered(name: string): Promise<boolean> {
  return (await api.app.reads.eventSchemas.find(name, 1)) !== null;
}

const PAGE = 'first: $first, after: $after, last: $last, before: $before';

/** Each list with what it takes besides; `%` stands for the arguments of its page. */
const lists: readonly (readonly [name: string, field: string])[] = [
  ['duplicate candidates', 'duplicateCandidates(%)'],
  ['identity warnings', 'identityWarnings(%)'],
  ['quarantined events', 'quarantinedEvents(%)'],
  ['event schemas', 'eventSchemas(%)'],
  ['violations', 'eventSchemaViolations(%)'],
  ['lifecycle models', 'lifecycleModels(%)'],
  ['goals by week', 'lifecycleStageGoals(%, every: WEEK, from: "2026-09-01T00:00:00Z")'],
  ['goals by month', 'lifecycleStageGoals(%, every: MONTH, from: "2026-06-15T00:00:00Z")'],
  ['an identity log', 'profile(id: $id) { identityLog(%)'],
];

async function read(field: string, variables: object): Promise<Page> {
  const isOfProfile = field.startsWith('profile(');
  const list = `${field.replace('%', PAGE)} {
    edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  const query = `query ($first: Int, $after: String, $last: Int, $before: String
    ${isOfProfile ? ', $id: ID!' : ''}) { ${isOfProfile ? `${list} }` : list} }`;
  const data = await api.data<Record<string, unknown>>(query, { ...variables, id: ada });
  const [value] = Object.values(data);
  return (isOfProfile ? (value as { identityLog: Page }).identityLog : value) as Page;
}

async function walk(field: string, size: number, end: 'first' | 'last'): Promise<string[]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  for (;;) {
    const place: object = end === 'first' ? { after: cursor } : { before: cursor };
    const { edges, pageInfo }: Page = await read(field, { [end]: size, ...place });
    const cursors = edges.map((edge) => edge.cursor);
    if (end === 'first') pages.push(cursors);
    else pages.unshift(cursors);
    if (!(end === 'first' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) return pages.flat();
    expect(cursors).toHaveLength(size);
    cursor = end === 'first' ? pageInfo.endCursor : pageInfo.startCursor;
  }
}

describe.each(lists)('%s', (_name, field) => {
  it('are the same from either end, in pages of any size', async () => {
    const whole = await walk(field, 100, 'first');
    expect(whole.length).toBeGreaterThan(2);
    expect(new Set(whole).size).toBe(whole.length);
    expect(await walk(field, 2, 'first')).toEqual(whole);
    expect(await walk(field, 2, 'last')).toEqual(whole);
    expect(await walk(field, 3, 'last')).toEqual(whole);
  });

  it('have what is between two places', async () => {
    const whole = await walk(field, 100, 'first');
    const [after, before] = [whole[0], whole.at(-1)];
    const { edges } = await read(field, { last: 100, after, before });
    expect(edges.map(({ cursor }) => cursor)).toEqual(whole.slice(1, -1));
    const none = await read(field, { first: 100, after: before, before: after });
    expect(none).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });
});

it('a page from the end costs what it costs from the beginning', async () => {
  const query = (size: string) => `{ profiles(${size}) { edges { node {
    events(first: 100) { edges { node { name } } } feedback(last: 100) { edges { node { id } } } } } } }`;
  for (const size of ['first: 100', 'last: 100']) {
    const { errors } = await api.query(query(size));
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COSTLY']);
  }
  const { errors } = await api.query(
    `query ($last: Int, $first: Int) { profiles(first: $first, last: $last) { edges { node {
      events(last: 100) { edges { node { name } } } } } } }`,
    { last: 100 },
  );
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COSTLY']);
});
