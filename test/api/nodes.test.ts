import { scopeNames } from '../../src/platform/auth/scopes';
import { toPublicId } from '../../src/shared/ids';
import { newProfile, recordEvents, userIdentifier } from '../support/actions';
import { type Credentials, useApi } from '../support/api';

const api = useApi();

interface NodeData {
  readonly __typename: string;
  readonly id: string;
}

let ada = '';
let grace = '';
let absorbed = '';
/** Something of every kind, by the name of its type. */
let ids: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  const traits = { name: 'Ada King', birthday: '1990-05-17' };
  ada = await newProfile(api, 'ada', { traits });
  grace = await newProfile(api, 'grace', { traits });
  await api.app.duplicateScan.run(api.clock.now());
  const cookie = { namespace: 'anonymous_id', value: 'cookie' };
  absorbed = await newProfile(api, '', { identifiers: [cookie] });
  await recordEvents(api, [{ name: 'A', identifiers: [cookie, userIdentifier('ada')] }]);
  await recordEvents(api, [{ name: 'A', identifiers: [] }]);
  const { quarantinedEvents } = await api.data<{
    quarantinedEvents: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
  }>('{ quarantinedEvents { edges { node { id } } } }');
  const grantor = { actor: 'test', scopes: new Set(scopeNames) };
  const key = await api.app.apiKeys.create({ name: 'crm', scopes: scopeNames }, grantor);
  const shop = await api.app.sources.create({ name: 'web-shop' }, grantor);
  if (shop.kind !== 'SOURCE_CREATED') throw new Error('The source was not made.');
  ids = {
    Profile: ada,
    DuplicateCandidate: `dup_${[ada, grace].map((id) => id.slice('prf_'.length)).join('')}`,
    QuarantinedEvent: quarantinedEvents.edges[0]?.node.id ?? '',
    ApiKey: toPublicId('key', key.apiKey.id),
    Source: toPublicId('src', shop.source.sourceId),
  };
});

const node = (id: string, credentials?: Credentials) =>
  api.query<{ node: NodeData | null }>(
    'query ($id: ID!) { node(id: $id) { __typename id } }',
    { id },
    credentials,
  );

const nodes = (wanted: readonly string[], credentials?: Credentials) =>
  api.query<{ nodes: readonly (NodeData | null)[] }>(
    'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
    { ids: wanted },
    credentials,
  );

const kinds = ['Profile', 'DuplicateCandidate', 'QuarantinedEvent', 'ApiKey', 'Source'];

it('these are the types that are nodes', async () => {
  const { __type } = await api.data<{
    __type: { readonly possibleTypes: readonly { readonly name: string }[] };
  }>('{ __type(name: "Node") { possibleTypes { name } } }');
  expect(__type.possibleTypes.map(({ name }) => name).sort()).toEqual([...kinds].sort());
});

describe('a node', () => {
  it.each(kinds)('of type %s is found by its id', async (kind) => {
    const id = ids[kind] ?? '';
    const { data, errors } = await node(id);
    expect(errors).toEqual([]);
    expect(data).toEqual({ node: { __typename: kind, id } });
  });

  it.each(kinds)('of type %s that is not there is null', async (kind) => {
    const id = ids[kind] ?? '';
    const [first, last] =
      kind === 'DuplicateCandidate' ? ['0'.repeat(32), 'f'.repeat(32)] : ['0'.repeat(32), ''];
    expect(await node(`${id.slice(0, 4)}${first}${last}`)).toMatchObject({
      data: { node: null },
      errors: [],
    });
  });

  it('is asked for its own fields by a fragment, with their own rules', async () => {
    const query = `query ($id: ID!) { node(id: $id) {
      ... on Profile { identifiers { value } loyalty { balance } } } }`;
    const { data } = await api.query<{ node: object }>(query, { id: ada });
    expect(data?.node).toMatchObject({ loyalty: { balance: '0' } });
    const key = await api.key('profiles:read');
    const { data: less, errors } = await api.query<{ node: object }>(query, { id: ada }, { key });
    expect(less?.node).toMatchObject({ loyalty: null, identifiers: [{ value: '***' }, {}] });
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'FORBIDDEN', scope: 'loyalty:read' },
    ]);
  });

  it.each([
    ['Profile', 'profiles:read'],
    ['DuplicateCandidate', 'profiles:read'],
    ['QuarantinedEvent', 'quarantine:manage'],
    ['ApiKey', 'keys:manage'],
    ['Source', 'sources:manage'],
  ] as const)('of type %s needs %s', async (kind, scope) => {
    const id = ids[kind] ?? '';
    expect(await node(id, { key: await api.key(scope) })).toMatchObject({
      data: { node: { id } },
      errors: [],
    });
    const others = scopeNames.filter((other) => other !== scope);
    const { data, errors } = await node(id, { key: await api.key(...others) });
    expect(data).toEqual({ node: null });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', scope }]);
  });

  it.each([
    ['of another kind', 'evt_01a21a8a29c0755dbb1f52be67bec048', 'begin with prf_'],
    ['nonsense', 'x', 'begin with prf_'],
    ['empty', '', 'begin with prf_'],
    ['malformed', 'prf_1', 'must look like prf_'],
    ['a malformed pair', 'dup_1', 'must look like dup_'],
  ])('whose id is %s is refused', async (_, id, message) => {
    const { data, errors } = await node(id);
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([
      { message: expect.stringContaining(message), extensions: { code: 'INVALID_INPUT' } },
    ]);
  });
});

describe('several nodes', () => {
  it('come in the order asked for, each once for each time it is asked for', async () => {
    const asked = [ids['Source'] ?? '', ada, `prf_${'0'.repeat(32)}`, grace, ada];
    const { data, errors } = await nodes(asked);
    expect(errors).toEqual([]);
    expect(data?.nodes.map((one) => one?.id ?? null)).toEqual([asked[0], ada, null, grace, ada]);
  });

  it('are not spoiled by a bad one, or by one that the key may not see', async () => {
    const key = await api.key('profiles:read');
    const { data, errors } = await nodes([ada, 'x', ids['ApiKey'] ?? '', grace], { key });
    expect(data?.nodes.map((one) => one?.id ?? null)).toEqual([ada, null, null, grace]);
    expect(errors.map(({ path, extensions }) => [path?.[1], extensions.code])).toEqual([
      [1, 'INVALID_INPUT'],
      [2, 'FORBIDDEN'],
    ]);
  });

  it('are at most a hundred', async () => {
    const { errors } = await nodes(Array.from({ length: 101 }, () => ada));
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', max: 100 } }]);
  });
});

describe("a customer's own token", () => {
  it('reaches their own profile, by an absorbed id as well', async () => {
    const jwt = await api.jwt('ada');
    expect((await node(ada, { jwt })).data).toEqual({ node: { __typename: 'Profile', id: ada } });
    expect((await node(absorbed, { jwt })).data).toEqual({
      node: { __typename: 'Profile', id: ada },
    });
  });

  it('sees no difference between what is not there and what is not theirs', async () => {
    const jwt = await api.jwt('ada');
    const { text } = await node(grace, { jwt });
    expect(text).toBe((await node(`prf_${'0'.repeat(32)}`, { jwt })).text);
    expect(JSON.parse(text)).toEqual({ data: { node: null } });
    const nobody = await api.jwt('nobody');
    expect((await node(grace, { jwt: nobody })).text).toBe(text);
  });

  it.each(kinds.filter((kind) => kind !== 'Profile'))('does not reach %s', async (kind) => {
    const jwt = await api.jwt('ada');
    const { data, errors } = await node(ids[kind] ?? '', { jwt });
    expect(data).toEqual({ node: null });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  });
});
