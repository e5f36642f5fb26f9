import { useApi } from '../support/api';

/** What every setting is about, by a query that keeps it and one that does not. */
const limits = [
  {
    setting: 'QUERY_DEPTH_MAX',
    max: 5,
    code: 'QUERY_TOO_DEEP',
    kept: '{ profiles(first: 1) { edges { node { lifecycle { stage } } } } }',
    broken: '{ profiles(first: 1) { edges { node { lifecycle { reasons { text } } } } } }',
  },
  {
    setting: 'QUERY_ALIASES_MAX',
    max: 2,
    code: 'TOO_MANY_ALIASES',
    kept: '{ a: profiles(first: 1) { b: pageInfo { hasNextPage } } }',
    broken: '{ a: profiles(first: 1) { b: pageInfo { c: hasNextPage } } }',
  },
  {
    setting: 'QUERY_DIRECTIVES_MAX',
    max: 1,
    code: 'TOO_MANY_DIRECTIVES',
    kept: '{ __typename @include(if: true) }',
    broken: '{ __typename @include(if: true) @skip(if: false) }',
  },
  {
    setting: 'QUERY_TOKENS_MAX',
    max: 100,
    code: 'QUERY_TOO_LONG',
    kept: `{ profiles(first: 1) { pageInfo { ${'hasNextPage '.repeat(80)} } } }`,
    broken: `{ profiles(first: 1) { pageInfo { ${'hasNextPage '.repeat(100)} } } }`,
  },
  {
    setting: 'QUERY_COST_MAX',
    max: 200,
    code: 'QUERY_TOO_COSTLY',
    kept: '{ profiles(first: 5) { edges { node { id } } } }',
    broken: '{ profiles(first: 50) { edges { node { id } } } }',
  },
] as const;

describe.each(limits)('$setting', ({ setting, max, code, kept, broken }) => {
  const api = useApi({ [setting]: String(max) });

  it('is kept, and a refusal names it', async () => {
    expect((await api.query(kept)).errors).toEqual([]);
    const { status, errors } = await api.query(broken);
    expect(status).toBe(400);
    const refused = errors.find(({ extensions }) => extensions.code === code);
    expect(refused?.extensions).toEqual({ code, limit: max });
    expect(refused?.message).toContain(String(max));
  });
});

describe('cost', () => {
  const api = useApi();

  async function codeOf(query: string, variables: object = {}): Promise<unknown> {
    const { errors } = await api.query(query, { ...variables });
    return errors[0]?.extensions.code ?? null;
  }

  const REPLAY = `outcomes { id status reason } accepted quarantined duplicates
    pageInfo { hasNextPage endCursor }`;

  it('of a fragment is reckoned wherever it is spread, however often', async () => {
    // Each level twice as many as the one above it, by eleven pairs of aliases.
    const fragments = Array.from(
      { length: 5 },
      (_, level) => `fragment F${level} on Profile {
        a: referrals { referrals(first: 3) { edges { node { id } } } }
        ${level === 4 ? 'id' : `mergedFrom { mergedAt } ...F${level + 1}`} }`,
    );
    const query = `{ me { ...F0 } profiles(first: 100) { edges { node { ...F0 } } } }`;
    expect(await codeOf(`${query} ${fragments.join(' ')}`)).not.toBeNull();
  });

  it('of a circle of fragments is not reckoned at all: there is none', async () => {
    expect(
      await codeOf('{ me { ...A } } fragment A on Profile { ...B } fragment B on Profile { ...A }'),
    ).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('of a mutation that finds by itself what it is done to is that of all it may find', async () => {
    expect(await codeOf(`mutation { replayQuarantinedEvents(ids: []) { ${REPLAY} } }`)).not.toBe(
      'QUERY_TOO_COSTLY',
    );
    const found = Array.from(
      { length: 12 },
      (_, at) => `a${at}: replayQuarantinedEvents(filter: {}) { ${REPLAY} }`,
    );
    expect(await codeOf(`mutation { ${found.join(' ')} }`)).toBe('QUERY_TOO_COSTLY');
  });

  it('of events is that of each that is sent', async () => {
    const query = `mutation ($events: [EventInput!]!) { recordEvents(events: $events) { profiles {
      events(first: 20) { edges { node { name } } } } } }`;
    expect(await codeOf(query, { events: [] })).toBeNull();
    const events = Array.from({ length: 500 }, () => ({
      name: 'A',
      identifiers: [{ namespace: 'user_id', value: 'ada' }],
    }));
    expect(await codeOf(query, { events })).toBe('QUERY_TOO_COSTLY');
  });

  it('of introspection is bounded by its depth', async () => {
    const nested = `{ __schema { types { ${'fields { type { '.repeat(4)} name ${'} } '.repeat(4)} } } }`;
    expect(await codeOf(nested)).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('introspection', () => {
  const api = useApi({ INTROSPECTION: 'false' });

  it('is refused where it is off, and errors suggest no names', async () => {
    const { status, errors } = await api.query('{ __schema { queryType { name } } }');
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    const misspelt = await api.query('{ profils { id } }');
    expect(misspelt.text).not.toContain('profiles');
  });
});
