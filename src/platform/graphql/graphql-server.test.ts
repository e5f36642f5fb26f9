import { request } from 'node:http';
import { toAnswer, useSmallApi } from '../../../test/support/small-api';

const api = useSmallApi();

describe('values', () => {
  it('travel as their types say', async () => {
    const answer = await api.ask(
      `query ($at: DateTime!) { later(at: $at) echo(colour: RED, points: "9007199254740993") }`,
      { at: '2026-03-01T00:00:00+01:00' },
    );
    expect(answer.data).toEqual({
      later: '2026-02-28T23:00:00.001Z',
      echo: 'RED,9007199254740993,',
    });
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    ['an enum in the query', '{ echo(colour: GREEN) }', {}, 'GREEN'],
    ['an enum as variable', 'query ($v: Colour) { echo(colour: $v) }', { v: 'GREEN' }, '$v'],
    ['a scalar of ours in the query', '{ echo(points: 1.5) }', {}, 'Int64'],
    ['a scalar of ours as variable', 'query ($v: Int64) { echo(points: $v) }', { v: 1.5 }, '$v'],
    ['a time in the query', '{ echo(at: "tomorrow") }', {}, 'tomorrow'],
    ['a time as variable', 'query ($v: DateTime) { echo(at: $v) }', { v: 'tomorrow' }, '$v'],
    ['a number as variable', 'query ($v: Int) { people(first: $v) { id } }', { v: 1e12 }, '$v'],
    ['a required variable left out', 'query ($v: ID!) { profile(id: $v) { id } }', {}, '$v'],
    [
      'null where there was a default',
      'query ($v: ID = "x") { profile(id: $v) { id } }',
      { v: null },
      'id',
    ],
    ['an object that lacks a field', 'mutation { signUp(input: {addresses: []}) }', {}, 'email'],
  ])('%s that does not fit is INVALID_INPUT', async (_name, query, variables, mentioned) => {
    const answer = await api.ask(query, variables);
    expect(answer.codes).toEqual(['INVALID_INPUT']);
    expect(answer.errors[0]?.message).toContain(mentioned);
    expect(Object.keys(answer.errors[0]?.extensions ?? {})).toEqual(['code']);
  });

  it.each([
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unused variable', 'query ($v: Int) { people { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an undeclared variable', '{ people(first: $v) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a syntax error', '{ people {', 'GRAPHQL_PARSE_FAILED'],
    ['a missing query', '', 'BAD_REQUEST'],
    [
      'no operation of the name',
      'query a { __typename } query b { __typename }',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a malformed id', '{ profile(id: "4") { id } }', 'INVALID_INPUT'],
  ])('%s keeps its code', async (_name, query, code) => {
    const answer = await api.ask(query);
    expect(answer.codes).toEqual([code]);
  });

  it('break the rules of their input by field path', async () => {
    const answer = await api.ask('mutation ($input: SignUpInput!) { signUp(input: $input) }', {
      input: { email: 'nobody', addresses: [{ city: 'Ulm' }, { city: 'Bonn' }] },
    });
    expect(answer.errors[0]?.extensions).toEqual({
      code: 'INVALID_INPUT',
      fields: [
        { path: 'input.email', message: 'email must be an email' },
        {
          path: 'input.addresses[1].city',
          message: 'city must be shorter than or equal to 3 characters',
        },
      ],
    });
    const good = await api.ask('mutation ($input: SignUpInput!) { signUp(input: $input) }', {
      input: { email: 'ada@example.com', addresses: [{ city: 'Ulm' }] },
    });
    expect(good.data).toEqual({ signUp: true });
  });
});

describe('errors of resolvers', () => {
  it('a fault keeps its code and details', async () => {
    const answer = await api.ask('{ fail(how: "FAULT") }');
    expect(answer.errors[0]).toMatchObject({
      message: 'Not enough points.',
      path: ['fail'],
      extensions: { code: 'POINTS_SHORT', missing: '12' },
    });
  });

  it.each([
    ['ERROR', 'secret'],
    ['SQL', 'ada@example.com'],
  ])(
    'an unforeseen one (%s) leaks nothing and is logged under the request id',
    async (how, inside) => {
      const answer = await api.ask('query ($how: String!) { fail(how: $how) }', { how });
      expect(answer.status).toBe(200);
      expect(answer.errors).toEqual([
        {
          message: 'Something went wrong on our side.',
          locations: expect.anything(),
          path: ['fail'],
          extensions: {
            code: 'INTERNAL_ERROR',
            requestId: answer.headers.get('x-request-id'),
          },
        },
      ]);
      expect(JSON.stringify(answer)).not.toContain(inside);
      const logged = api.lines
        .map((line) => JSON.parse(line))
        .filter(({ level }) => level === 'error');
      expect(logged).toEqual([
        expect.objectContaining({
          requestId: answer.headers.get('x-request-id'),
          path: 'fail',
          err: expect.objectContaining({ stack: expect.stringContaining('at ') }),
        }),
      ]);
      expect(api.lines.join()).not.toContain('ada@example.com');
    },
  );

  it('a statement that ran too long is TIMEOUT, and worth another try', async () => {
    const answer = await api.ask('{ fail(how: "SLOW") }');
    expect([answer.status, ...answer.codes]).toEqual([200, 'TIMEOUT']);
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('a lost connection is UNAVAILABLE, and 503', async () => {
    const answer = await api.ask('{ fail(how: "CUT") }');
    expect([answer.status, ...answer.codes]).toEqual([503, 'UNAVAILABLE']);
    expect(answer.headers.get('retry-after')).toBe('5');
    const logged = api.lines
      .map((line) => JSON.parse(line))
      .filter(({ level }) => level === 'warn');
    expect(logged).toMatchObject([{ path: 'fail', err: { code: '57P01' } }]);
  });
});

describe('the HTTP side', () => {
  const authorization = () => ({ authorization: `Bearer ${api.secret}` });
  const get = (query: string, headers: Record<string, string>) =>
    fetch(`${api.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { ...authorization(), ...headers },
    }).then(toAnswer);

  it('takes queries by GET, from clients that are no plain browser form', async () => {
    const answer = await get('{ people { id } }', {});
    expect(answer.data).toEqual({ people: [{ id: 'p1' }] });
  });

  it('refuses mutations by GET', async () => {
    const answer = await get('mutation { signUp(input: {email: "a@b.de", addresses: []}) }', {});
    expect([answer.status, ...answer.codes]).toEqual([405, 'BAD_REQUEST']);
  });

  it('refuses what another site could make a browser send', async () => {
    // A browser sends no `Authorization` to another site without asking that site first.
    const plain = await fetch(
      `${api.url}/graphql?query=${encodeURIComponent('{ people { id } }')}`,
    );
    const refused = await toAnswer(plain);
    expect([refused.status, ...refused.codes]).toEqual([400, 'BAD_REQUEST']);
    const reply = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'text/plain' },
      body: '{"query":"{ people { id } }"}',
    });
    expect((await toAnswer(reply)).codes).toEqual(['BAD_REQUEST']);
  });

  it.each([
    ['malformed JSON', '{"query":'],
    ['variables that are no object', '{"query":"{ __typename }","variables":[1]}'],
    ['a query that is no text', '{"query":{"kind":"Document"}}'],
  ])('%s is BAD_REQUEST', async (_name, body) => {
    const reply = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'application/json' },
      body,
    });
    const answer = await toAnswer(reply);
    expect([answer.status, ...answer.codes]).toEqual([400, 'BAD_REQUEST']);
  });

  it('refuses a host that is none', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'a b', 'content-type': 'application/json' };
      request(`${api.url}/graphql`, { method: 'POST', headers }, (reply) =>
        resolve(reply.statusCode),
      )
        .on('error', reject)
        .end('{"query":"{ __typename }"}');
    });
    expect(status).toBe(400);
  });

  it('counts operations by type and outcome', async () => {
    await api.ask('{ people { id } }');
    await api.ask('{ fail(how: "ERROR") }');
    await api.ask('{ nothing }');
    await api.ask('mutation { revokeApiKey(id: "1") { id } }');
    const text = await (await fetch(`${api.url}/metrics`)).text();
    for (const labels of [
      'type="query",outcome="ok"',
      'type="query",outcome="failed"',
      'type="invalid",outcome="refused"',
      'type="mutation",outcome="refused"',
    ]) {
      expect(text).toContain(`graphql_operation_duration_seconds_count{${labels}}`);
    }
  });

  it('keeps queries, variables and credentials out of the log', async () => {
    await api.ask('query ($at: DateTime) { echo(at: $at) }', { at: 'ada@example.com' });
    await api.ask('{ profile(id: "grace@example.com") { id } }');
    const log = api.lines.join();
    expect(log).toContain('"path":"/graphql"');
    for (const secret of ['ada@example.com', 'grace@example.com', api.secret]) {
      expect(log).not.toContain(secret);
    }
  });
});
