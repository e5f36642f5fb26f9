import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '../../src/server';
import { readAnswer, useApi } from '../support/api';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { post } from '../support/http';

const folder = mkdtempSync(join(tmpdir(), 'perennial-operations-'));

afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const POLICY = 'query Policy { identityPolicy { namespaces { name } } }';
const PROFILES = 'query Profiles($n: Int) { profiles(first: $n) { edges { node { id } } } }';
const RECORD = `mutation Record($events: [EventInput!]!) {
  recordEvents(events: $events) { accepted } }`;

function listed(id: string, body: string) {
  const [, type = '', name = ''] = /^(\w+) (\w+)/.exec(body) ?? [];
  return { id, type, name, body };
}

function manifest(file: string, operations: readonly unknown[]): string {
  const path = join(folder, file);
  const format = 'apollo-persisted-query-manifest';
  writeFileSync(path, JSON.stringify({ format, version: 1, operations }));
  return path;
}

const CHANGES = 'subscription Changes { lifecycleTransitions { to } }';

const LIST = manifest('operations.json', [
  // What comes over WebSocket is on the same list.
  listed('changes', CHANGES),
  listed('policy', POLICY),
  listed(sha256(PROFILES), PROFILES),
  listed('record', RECORD),
]);

type Api = ReturnType<typeof useApi>;

async function ask(api: Api, params: object, headers: Readonly<Record<string, string>> = {}) {
  const authorization = `Bearer ${await api.key()}`;
  const answer = await api.send<object>(JSON.stringify(params), {
    'content-type': 'application/json',
    authorization,
    ...headers,
  });
  return { ...answer, codes: answer.errors.map(({ extensions }) => extensions.code) };
}

async function askByGet(api: Api, params: Readonly<Record<string, string>>) {
  const reply = await fetch(`${api.url}/graphql?${new URLSearchParams(params)}`, {
    headers: { authorization: `Bearer ${await api.key()}` },
  });
  const answer = readAnswer<object>({ status: reply.status, text: await reply.text() });
  return { ...answer, codes: answer.errors.map(({ extensions }) => extensions.code) };
}

function persisted(sha256Hash: unknown, version: unknown = 1) {
  return { persistedQuery: { version, sha256Hash } };
}

describe('automatic', () => {
  const api = useApi();

  it('a text that was sent once may be left out from then on, by GET as well', async () => {
    const extensions = persisted(sha256(PROFILES));
    const unknown = await ask(api, { extensions });
    expect([unknown.status, unknown.codes]).toEqual([200, ['PERSISTED_QUERY_NOT_FOUND']]);
    const variables = { n: 2 };
    const first = await ask(api, { extensions, query: PROFILES, variables });
    expect(first.data).toEqual({ profiles: { edges: [] } });
    expect((await ask(api, { extensions, variables })).data).toEqual(first.data);
    const params = { extensions: JSON.stringify(extensions), variables: '{"n":2}' };
    expect((await askByGet(api, params)).data).toEqual(first.data);
  });

  it('what is not found is an error by its status, too, where the type allows that', async () => {
    const accept = 'application/graphql-response+json';
    const unknown = await ask(api, { extensions: persisted('0'.repeat(64)) }, { accept });
    expect([unknown.status, unknown.codes]).toEqual([400, ['PERSISTED_QUERY_NOT_FOUND']]);
  });

  it.each<[string, object, string]>([
    [
      'a hash of another text',
      { query: POLICY, extensions: persisted(sha256(PROFILES)) },
      'PERSISTED_QUERY_HASH_MISMATCH',
    ],
    ['a hash that is none', { query: POLICY, extensions: persisted(7) }, 'BAD_REQUEST'],
    ['another version', { query: POLICY, extensions: persisted(sha256(POLICY), 2) }, 'BAD_REQUEST'],
  ])('%s is refused', async (_name, params, code) => {
    const answer = await ask(api, params);
    expect([answer.status, answer.codes]).toEqual([400, [code]]);
  });

  it('what may not be run is not kept', async () => {
    const query = '{ shoe }';
    const extensions = persisted(sha256(query));
    expect((await ask(api, { query, extensions })).codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect((await ask(api, { extensions })).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });
});

describe('switched off', () => {
  const api = useApi({ AUTOMATIC_PERSISTED_QUERIES: 'false' });

  it('says so', async () => {
    const answer = await ask(api, { query: POLICY, extensions: persisted(sha256(POLICY)) });
    expect([answer.status, answer.codes]).toEqual([200, ['PERSISTED_QUERY_NOT_SUPPORTED']]);
  });
});

describe('with a list, only what is on it runs', () => {
  const api = useApi({ PERSISTED_OPERATIONS_FILE: LIST });

  it.each<[string, object]>([
    ['by its id', { extensions: persisted('policy') }],
    ['by its id, as the draft of the specification has it', { documentId: 'policy' }],
    ['by its exact text', { query: POLICY }],
    ['by both', { query: POLICY, extensions: persisted('policy') }],
    ['by its text and the hash of that', { query: POLICY, extensions: persisted(sha256(POLICY)) }],
  ])('%s', async (_name, params) => {
    const answer = await ask(api, params);
    expect([answer.status, answer.codes]).toEqual([200, []]);
    expect(answer.data).toMatchObject({ identityPolicy: { namespaces: expect.any(Array) } });
  });

  it('by GET, with variables', async () => {
    const variables = '{"n":1}';
    const byId = await askByGet(api, {
      variables,
      extensions: JSON.stringify(persisted(sha256(PROFILES))),
    });
    expect(byId.data).toEqual({ profiles: { edges: [] } });
    const byText = await askByGet(api, { variables, query: PROFILES });
    expect(byText.data).toEqual(byId.data);
    const mutation = await askByGet(api, { documentId: 'record', variables: '{"events":[]}' });
    expect(mutation.status).toBe(405);
  });

  it('a mutation', async () => {
    const answer = await ask(api, { documentId: 'record', variables: { events: [] } });
    expect(answer.data).toEqual({ recordEvents: { accepted: 0 } });
  });

  it.each<[string, object]>([
    ['another text', { query: '{ __typename }' }],
    ['the same text with a space more', { query: `${POLICY} ` }],
    ['an unknown id', { documentId: 'other' }],
    ['an id that is no text', { documentId: { id: 'policy' } }],
    ['an id of every object', { documentId: 'constructor' }],
    ['a listed id with another text', { query: '{ __typename }', documentId: 'policy' }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['a hash of a text that is not listed', { extensions: persisted(sha256('{ __typename }')) }],
    [
      'a text with its hash, to be kept',
      { query: '{ __typename }', extensions: persisted(sha256('{ __typename }')) },
    ],
    ['nothing', {}],
  ])('%s is refused by a code that names the rule', async (_name, params) => {
    const answer = await ask(api, params);
    expect([answer.status, answer.codes]).toEqual([403, ['OPERATION_NOT_LISTED']]);
    expect(answer.errors[0]?.message).toContain('PERSISTED_OPERATIONS_FILE');
  });

  it('who may not ask at all is told that first', async () => {
    const reply = await post(
      `${api.url}/graphql`,
      { 'content-type': 'application/json', authorization: 'Bearer nobody' },
      '{"query":"{ __typename }"}',
    );
    expect(reply.status).toBe(401);
  });

  it('there is no GraphiQL, even if it is asked for', async () => {
    expect(api.app.config.graphiql).toBe(false);
    expect((await fetch(`${api.url}/graphiql`)).status).toBe(404);
  });
});

describe('with a list to find out what would break', () => {
  const lines: string[] = [];
  const api = useApi({ PERSISTED_OPERATIONS_FILE: LIST, PERSISTED_OPERATIONS_MODE: 'log' });

  beforeAll(() => {
    api.app.logger.level = 'warn';
    jest.spyOn(api.app.logger, 'warn').mockImplementation(((line: object, message: string) => {
      lines.push(`${message} ${JSON.stringify(line)}`);
    }) as never);
  });

  afterAll(() => jest.restoreAllMocks());

  it('others are run as well, and logged once, without their text', async () => {
    const query = 'query Stranger { profiles(first: 3) { edges { node { id } } } }';
    for (const _time of [1, 2]) {
      expect((await ask(api, { query })).data).toEqual({ profiles: { edges: [] } });
    }
    expect((await ask(api, { query: POLICY })).codes).toEqual([]);
    const logged = lines.filter((line) => line.startsWith('operation is not on the list'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(`"name":"Stranger","sha256":"${sha256(query)}"`);
    expect(logged[0]).not.toContain('edges');
  });

  it('an unknown id stands for nothing that could be run', async () => {
    expect((await ask(api, { documentId: 'other' })).codes).toEqual(['OPERATION_NOT_LISTED']);
  });
});

describe('a list that cannot be used', () => {
  const api = useApi();

  async function faultsOf(path: string): Promise<readonly string[]> {
    const { database } = api;
    const app = createTestApp(database, new TestClock('2026-11-20T10:00:00.000Z'), {
      persistedOperationsFile: path,
    });
    return createServer(app, '').then(
      () => [],
      (error) => error.faults,
    );
  }

  it('ends the start, with every fault at its place', async () => {
    const path = manifest('faulty.json', [
      listed('a', POLICY),
      listed('a', POLICY),
      7,
      { id: 'b', name: 'B', body: POLICY },
      { ...listed('c', POLICY), name: 'Other' },
      { ...listed('d', POLICY), type: 'mutation' },
      listed('e', 'query E {'),
      listed('f', 'query F { shoe }'),
      listed('g', 'query G { __typename } query H { __typename }'),
      listed('i', `query I { ${'profiles { edges { node { '.repeat(5)} id ${'} } } '.repeat(5)} }`),
    ]);
    expect(await faultsOf(path)).toEqual([
      'operations[1] (Policy): has the id of another one.',
      'operations[2]: is no object.',
      'operations[3]: must have a type of query, mutation, subscription.',
      'operations[4] (Other): has another name in its body.',
      'operations[5] (Policy): is of another type in its body.',
      'operations[6] (E): Syntax Error: Expected Name, found <EOF>.',
      'operations[7] (F): Cannot query field "shoe" on type "Query".',
      'operations[8] (G): must have exactly one operation in its body.',
      expect.stringContaining('operations[9] (I): '),
      expect.stringContaining('operations[9] (I): '),
    ]);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['another format', '{"format":"x","version":1,"operations":[]}'],
    ['another version', '{"format":"apollo-persisted-query-manifest","version":2}'],
    ['no operations', '{"format":"apollo-persisted-query-manifest","version":1}'],
  ])('%s', async (_name, text) => {
    const path = join(folder, 'none.json');
    writeFileSync(path, text);
    expect(await faultsOf(path)).toHaveLength(1);
  });

  it('is there, or the start ends as well', async () => {
    expect(await faultsOf(join(folder, 'missing.json'))).toHaveLength(1);
  });
});
