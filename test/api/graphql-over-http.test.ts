import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { auditServer } from 'graphql-http';
import { useApi } from '../support/api';

const api = useApi();

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';

let authorization = '';

beforeAll(async () => {
  authorization = `Bearer ${await api.key()}`;
});

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly {
      readonly message: string;
      readonly extensions: { readonly code: string };
    }[];
  };
}

/** With no header but those given: `fetch` adds some of its own. */
function send(
  method: string,
  headers: Readonly<Record<string, string>>,
  body = '',
  search = '',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { authorization, ...headers } };
    request(`${api.url}/graphql${search}`, options, (reply) => {
      text(reply).then(
        (read) =>
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            body: read === '' ? {} : JSON.parse(read),
          }),
        reject,
      );
    })
      .on('error', reject)
      .end(body);
  });
}

function post(params: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return send('POST', { 'content-type': JSON_TYPE, ...headers }, JSON.stringify(params));
}

function get(params: Readonly<Record<string, string>>, headers = {}): Promise<Reply> {
  return send('GET', headers, '', `?${new URLSearchParams(params)}`);
}

function codesOf({ body }: Reply): string[] {
  return (body.errors ?? []).map(({ extensions }) => extensions.code);
}

it('passes every audit of graphql-http, those of what a server MAY do as well', async () => {
  const results = await auditServer({
    url: `${api.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...init.headers, authorization } }),
  });
  expect(results.length).toBeGreaterThan(60);
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(failed.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
});

describe('the type of an answer', () => {
  it.each<[string, string | undefined, string]>([
    ['no Accept header', undefined, JSON_TYPE],
    ['anything', '*/*', JSON_TYPE],
    ['the one', JSON_TYPE, JSON_TYPE],
    ['the other', GRAPHQL_TYPE, GRAPHQL_TYPE],
    ['both, the other rather', `${GRAPHQL_TYPE}, ${JSON_TYPE};q=0.9`, GRAPHQL_TYPE],
    ['both, the one rather', `${GRAPHQL_TYPE};q=0.8, ${JSON_TYPE}`, JSON_TYPE],
    ['any application', 'application/*', JSON_TYPE],
    ['pages first, then anything', 'text/html, */*;q=0.1', JSON_TYPE],
  ])('%s', async (_name, accept, expected) => {
    const reply = await post({ query: '{ __typename }' }, accept === undefined ? {} : { accept });
    expect([reply.status, reply.headers['content-type']]).toEqual([
      200,
      `${expected}; charset=utf-8`,
    ]);
  });

  it.each(['text/html', 'application/xml', `${JSON_TYPE};q=0, ${GRAPHQL_TYPE};q=0`])(
    'there is none for %s, and nothing is done',
    async (accept) => {
      const query = `mutation { recordEvents(events: [{ name: "A", identifiers: [
        { namespace: "user_id", value: "unseen" }] }]) { accepted } }`;
      const reply = await post({ query }, { accept });
      expect([reply.status, codesOf(reply)]).toEqual([406, ['NOT_ACCEPTABLE']]);
      const { body } = await post({
        query: `{ profileByIdentifier(identifier: {namespace: "user_id", value: "unseen"}) { id } }`,
      });
      expect(body.data).toEqual({ profileByIdentifier: null });
    },
  );
});

describe('the status of a refused operation', () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ['of no GraphQL', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['that does not fit', { query: '{ shoe }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['over a limit', { query: `{ a ${'{ a '.repeat(29)}${'}'.repeat(30)}` }, 'QUERY_TOO_DEEP'],
    [
      'of another name',
      { query: 'query A { __typename }', operationName: 'B' },
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'with a variable that does not fit',
      { query: 'query ($n: Int) { profiles(first: $n) { __typename } }', variables: { n: 'x' } },
      'INVALID_INPUT',
    ],
  ];
  it.each(refused)('%s depends on the type', async (_name, params, code) => {
    for (const [accept, status] of [
      [JSON_TYPE, 200],
      [GRAPHQL_TYPE, 400],
      ['*/*', 400],
    ] as const) {
      const reply = await post(params, { accept });
      expect([accept, reply.status]).toEqual([accept, status]);
      expect(codesOf(reply)).toContain(code);
      expect(reply.body).not.toHaveProperty('data');
    }
  });

  it.each([JSON_TYPE, GRAPHQL_TYPE])(
    'of what was run is 200, errors or not: %s',
    async (accept) => {
      const reply = await post({ query: '{ profile(id: "nonsense") { id } }' }, { accept });
      expect([reply.status, reply.body.data, codesOf(reply)]).toEqual([
        200,
        { profile: null },
        ['INVALID_INPUT'],
      ]);
    },
  );

  it.each<[string, string]>([
    ['no JSON', '{"query":'],
    ['no object', '"{ __typename }"'],
    ['another parameter in place of the query', '{"qeury":"{ __typename }"}'],
    ['variables that are a list', '{"query":"{ __typename }","variables":[7]}'],
    ['extensions that are text', '{"query":"{ __typename }","extensions":"x"}'],
    ['a name that is a number', '{"query":"{ __typename }","operationName":7}'],
  ])('%s is 400 in either type', async (_name, body) => {
    for (const accept of [JSON_TYPE, GRAPHQL_TYPE]) {
      const reply = await send('POST', { 'content-type': JSON_TYPE, accept }, body);
      expect([reply.status, codesOf(reply)]).toEqual([400, ['BAD_REQUEST']]);
    }
  });
});

describe('parameters', () => {
  it('take null for what is left out, any extension, and others than those of today', async () => {
    const params = { operationName: null, variables: null, extensions: { x: { y: 1 } }, shoe: 1 };
    const reply = await post({ query: '{ __typename }', ...params });
    expect([reply.status, reply.body.data]).toEqual([200, { __typename: 'Query' }]);
  });

  it('are the same by GET', async () => {
    const reply = await get({
      query:
        'query A($n: Int) { profiles(first: $n) { edges { node { id } } } } query B { me { id } }',
      operationName: 'A',
      variables: '{"n":1}',
      extensions: '{"x":1}',
      shoe: '1',
    });
    expect([reply.status, codesOf(reply)]).toEqual([200, []]);
  });

  it.each([
    ['query=%7B__typename%7D&query=%7B__typename%7D'],
    ['query=%7B__typename%7D&variables=%7B'],
    ['query=%7B__typename%7D&extensions=7'],
    ['shoe=1'],
  ])('by GET may be wrong, too: %s', async (search) => {
    const reply = await send('GET', {}, '', `?${search}`);
    expect([reply.status, codesOf(reply)]).toEqual([400, ['BAD_REQUEST']]);
  });
});

describe('methods', () => {
  it('mutations are not sent by GET', async () => {
    const reply = await get({ query: 'mutation { revokeApiKey(id: "x") { id } }' });
    expect([reply.status, reply.headers['allow']]).toEqual([405, 'POST']);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('nothing is sent by %s', async (method) => {
    const reply = await send(method, {});
    expect([reply.status, reply.headers['allow'], codesOf(reply)]).toEqual([
      405,
      'GET, POST',
      ['METHOD_NOT_ALLOWED'],
    ]);
  });
});

describe('a body', () => {
  it.each(['utf-8', 'UTF-8', 'utf8', '"utf-8"'])('in %s is read', async (charset) => {
    const type = `${JSON_TYPE}; charset=${charset}`;
    const reply = await post({ query: '{ __typename }' }, { 'content-type': type });
    expect(reply.status).toBe(200);
  });

  it.each(['latin1', 'utf-16', 'iso-8859-1'])('in %s is not', async (charset) => {
    const type = `${JSON_TYPE}; charset=${charset}`;
    const reply = await post({ query: '{ __typename }' }, { 'content-type': type });
    expect([reply.status, codesOf(reply)]).toEqual([415, ['UNSUPPORTED_MEDIA_TYPE']]);
  });

  it('with several operations is refused, and says what to do', async () => {
    const reply = await post([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
    expect([reply.status, codesOf(reply)]).toEqual([400, ['BATCHING_NOT_SUPPORTED']]);
    expect(reply.body.errors?.[0]?.message).toContain('Send each by itself');
  });
});

describe('what another site could make a browser send', () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['a query by GET', 'GET', {}],
    ['a query by a form', 'POST', { 'content-type': 'text/plain' }],
  ])('%s is refused', async (_name, method, headers) => {
    const search = method === 'GET' ? '?query=%7B__typename%7D' : '';
    const reply = await fetch(`${api.url}/graphql${search}`, {
      method,
      headers,
      ...(method === 'POST' && { body: '{"query":"{ __typename }"}' }),
    });
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('"code":"BAD_REQUEST"');
  });
});
