import { gzipSync } from 'node:zlib';
import { newProfile, RECORD_EVENTS, type Recorded, userIdentifier } from '../support/actions';
import { type Answer, readAnswer, useApi } from '../support/api';

const api = useApi();

const NOBODY = `prf_${'0'.repeat(32)}`;
const MB = 1024 * 1024;

/** What no answer may hold, whatever was asked: where the code lies, how it is written, its SQL. */
const INTERNALS = [
  /\bat (async )?[\w.<>]+ \(/,
  /at Object\./,
  /node_modules/,
  /\.(ts|js|mjs):\d+/,
  /(^|["\s])\/(work|usr|home|app|tmp|src)\//,
  /\b(select|insert into|update|delete from)\b.*\b(from|values|set|where)\b/i,
  /syntax for type|relation "|column "|QueryFailedError|TypeError|RangeError|Cannot read prop/,
  /\$\d+::/,
];

const answers: string[] = [];
let ada = '';

beforeAll(async () => {
  ada = await newProfile(api, 'ada');
});

afterAll(() => {
  // The sweep: every answer of this file, refusals and successes alike.
  for (const pattern of INTERNALS) {
    expect(answers.filter((text) => pattern.test(text))).toEqual([]);
  }
  expect(answers.length).toBeGreaterThan(80);
});

async function ask(query: string, variables: object = {}): Promise<Answer<object>> {
  const answer = await api.query<object>(query, { ...variables });
  answers.push(answer.text);
  return answer;
}

async function sendRaw(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<object>> {
  const authorization = `Bearer ${await api.key()}`;
  const answer = await api.send<object>(body, {
    'content-type': 'application/json',
    authorization,
    ...headers,
  });
  answers.push(answer.text);
  return answer;
}

function codesOf({ errors }: Answer<unknown>): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

const EVENTS_PAGE = `query ($id: ID!, $first: Int, $after: String) {
  profile(id: $id) { events(first: $first, after: $after) { pageInfo { endCursor } } } }`;
const BY_IDENTIFIER = `query ($of: IdentifierInput!) { profileByIdentifier(identifier: $of) { id } }`;
const ADJUST = `mutation ($points: Int64!) { adjustPoints(input: { profileId: "${NOBODY}",
  points: $points, reason: "r", idempotencyKey: "k" }) { __typename } }`;
const FEEDBACK = `mutation ($of: SubmitFeedbackInput!) { submitFeedback(input: $of) {
  __typename } }`;
const COMMUNITY = `mutation ($of: CommunityActivityInput!) { recordCommunityActivity(input: $of) {
  __typename } }`;

describe('ids', () => {
  it.each([
    ['empty', ''],
    ['of another kind', `evt_${'0'.repeat(32)}`],
    ['too short', 'prf_0'],
    ['a plain UUID', '0197a000-0000-7000-8000-000000000000'],
    ['in capitals', `prf_${'A'.repeat(32)}`],
    ['with SQL', "prf_' or 1=1 --"],
    ['with NUL', `prf_\0${'0'.repeat(31)}`],
    ['10 kB', `prf_${'0'.repeat(10_000)}`],
    ['an emoji', '🦊'],
    ['half a surrogate pair', '\ud83e'],
  ])('%s is refused', async (_name, id) => {
    const answers = await Promise.all([
      ask('query ($id: ID!) { profile(id: $id) { id } }', { id }),
      ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id }),
      ask(FEEDBACK, { of: { profileId: id, kind: 'COMPLAINT' } }),
      ask(COMMUNITY, { of: { profileId: id, kind: 'POST' } }),
      ask('mutation ($id: ID!) { createReferralCode(input: {profileId: $id}) { __typename } }', {
        id,
      }),
      ask(
        `mutation ($id: ID!) { claimReferral(input: {profileId: $id, code: "ABCD"}) {
        __typename } }`,
        { id },
      ),
      ask(
        `mutation ($id: ID!) { adjustPoints(input: {profileId: $id, points: 1, reason: "r",
        idempotencyKey: "k"}) { __typename } }`,
        { id },
      ),
    ]);
    for (const answer of answers) expect(codesOf(answer)).toEqual(['INVALID_INPUT']);
  });

  it('of nobody is null, not a fault', async () => {
    const { data, errors } = await ask(`{ profile(id: "${NOBODY}") { id } }`);
    expect([data, errors]).toEqual([{ profile: null }, []]);
  });
});

describe('values that do not fit their type', () => {
  it.each<[string, string, object]>([
    ['an unknown enum, written', '{ profiles(filter: {tier: HUGE}) { __typename } }', {}],
    [
      'an unknown enum, as a variable',
      'query ($f: ProfileFilter) { profiles(filter: $f) { __typename } }',
      { f: { tier: 'HUGE' } },
    ],
    ['an unknown kind of feedback', FEEDBACK, { of: { profileId: NOBODY, kind: 'SHOUT' } }],
    [
      'a stage that the model lacks',
      'query ($s: String) { profiles(filter: {stage: $s}) { __typename } }',
      { s: 'LOYALTY' },
    ],
    ['a text where a number belongs', EVENTS_PAGE, { id: NOBODY, first: 'many' }],
    ['a fraction where an integer belongs', EVENTS_PAGE, { id: NOBODY, first: 1.5 }],
    ['an integer of 33 bits', EVENTS_PAGE, { id: NOBODY, first: 2 ** 32 }],
    ['a list where an object belongs', BY_IDENTIFIER, { of: [1, 2] }],
    ['a missing variable', BY_IDENTIFIER, {}],
    ['null for what must be there', BY_IDENTIFIER, { of: null }],
    ['an unknown input field', BY_IDENTIFIER, { of: { ...userIdentifier('a'), shoe: 1 } }],
    ['a number where text belongs', BY_IDENTIFIER, { of: { namespace: 1, value: 2 } }],
    ['a date that is none', RECORD_EVENTS, { events: [at('yesterday')] }],
    ['a day the calendar lacks', RECORD_EVENTS, { events: [at('2026-02-30T00:00:00Z')] }],
    ['a date without a time zone', RECORD_EVENTS, { events: [at('2026-02-01T00:00:00')] }],
    ['a date as a huge number', RECORD_EVENTS, { events: [at(1e300)] }],
    ['properties that are a list', RECORD_EVENTS, { events: [{ ...at(null), properties: [] }] }],
    ['properties that are text', RECORD_EVENTS, { events: [{ ...at(null), properties: 'x' }] }],
    ['2^63 points', ADJUST, { points: '9223372036854775808' }],
    ['-2^63 - 1 points', ADJUST, { points: '-9223372036854775809' }],
    ['points beyond what JSON keeps', ADJUST, { points: 2 ** 53 }],
    ['a fraction of a point', ADJUST, { points: 0.5 }],
    ['points in words', ADJUST, { points: 'ten' }],
    ['points of 10,000 digits', ADJUST, { points: '9'.repeat(10_000) }],
    ['true points', ADJUST, { points: true }],
    ['points with an exponent', ADJUST, { points: '1e3' }],
  ])('%s: INVALID_INPUT', async (_name, query, variables) => {
    const answer = await ask(query, variables);
    expect([answer.data, [...new Set(codesOf(answer))]]).toEqual([null, ['INVALID_INPUT']]);
  });

  function at(occurredAt: unknown) {
    return { name: 'A', identifiers: [userIdentifier('dated')], occurredAt };
  }
});

describe('pages', () => {
  it.each([1_000_000, 101, 0, -1, -2_147_483_648])('of %d are refused', async (first) => {
    const answers = await Promise.all([
      ask(EVENTS_PAGE, { id: ada, first }),
      ask('query ($n: Int) { profiles(first: $n) { __typename } }', { n: first }),
      ...['transactions', 'lots'].map((list) =>
        ask(
          `query ($id: ID!, $n: Int) { profile(id: $id) { loyalty { ${list}(first: $n) {
          __typename } } } }`,
          { id: ada, n: first },
        ),
      ),
      ask('query ($id: ID!, $n: Int) { profile(id: $id) { feedback(first: $n) { __typename } } }', {
        id: ada,
        n: first,
      }),
      ask(
        `query ($id: ID!, $n: Int) { profile(id: $id) { lifecycle { history(first: $n) {
        __typename } } } }`,
        { id: ada, n: first },
      ),
      ask(
        `query ($id: ID!, $n: Int) { profile(id: $id) { referrals { referrals(first: $n) {
        __typename } } } }`,
        { id: ada, n: first },
      ),
      ask(
        `query ($id: ID!, $n: Int!) { profile(id: $id) { loyalty { expiring(days: $n) {
        points } } } }`,
        { id: ada, n: first === 101 ? 3_651 : first },
      ),
    ]);
    for (const answer of answers) expect(codesOf(answer)).toEqual(['INVALID_INPUT']);
  });

  it('of 100 are served', async () => {
    expect((await ask(EVENTS_PAGE, { id: ada, first: 100 })).errors).toEqual([]);
  });

  const cursors: readonly (readonly [string, string])[] = [
    ['empty', ''],
    ['nonsense', 'nonsense'],
    ['not base64', '!§$%'],
    ['JSON of another shape', encode({ a: 1 })],
    ['an empty list', encode([])],
    ['numbers', encode([1, 2])],
    ['no date', encode(['yesterday', '0197a000-0000-7000-8000-000000000000'])],
    ['no id', encode(['2026-01-01T00:00:00.000Z', 'x'])],
    ['a year of six digits', encode(['+275760-09-13T00:00:00.001Z', '0'])],
    ['with NUL', encode(['\0', '\0'])],
    ['10 kB', encode(['x'.repeat(10_000), ''])],
    ['an emoji', '🦊'],
  ];
  it.each(cursors)('a cursor that is %s is refused by every list', async (_name, after) => {
    for (const list of lists) {
      const answer = await ask(list.query, { id: ada, after });
      expect([list.name, codesOf(answer)]).toEqual([list.name, ['INVALID_INPUT']]);
    }
  });

  const lists = [
    { name: 'events', query: page('events(first: 1, after: $after)') },
    { name: 'feedback', query: page('feedback(first: 1, after: $after)') },
    { name: 'transactions', query: page('loyalty { transactions(first: 1, after: $after)', 1) },
    { name: 'lots', query: page('loyalty { lots(first: 1, after: $after)', 1) },
    { name: 'history', query: page('lifecycle { history(first: 1, after: $after)', 1) },
    { name: 'referrals', query: page('referrals { referrals(first: 1, after: $after)', 1) },
    {
      name: 'profiles',
      query: `query ($after: String) { profiles(first: 1, after: $after) {
        pageInfo { endCursor } } }`,
    },
  ];

  function page(list: string, braces = 0): string {
    return `query ($id: ID!, $after: String) { profile(id: $id) { ${list} {
      pageInfo { endCursor } } ${'}'.repeat(braces)} } }`;
  }

  it('a cursor of a list of another form is refused', async () => {
    const ofEvents = await ask(EVENTS_PAGE, { id: ada, first: 1 });
    const after = /"endCursor":"([^"]+)"/.exec(ofEvents.text)?.[1] ?? '';
    expect(after).not.toBe('');
    for (const list of lists) {
      if (['events', 'feedback', 'history', 'lots', 'referrals'].includes(list.name)) continue;
      expect(codesOf(await ask(list.query, { id: ada, after }))).toEqual(['INVALID_INPUT']);
    }
    const ofProfiles = await ask('{ profiles(first: 1) { pageInfo { endCursor } } }');
    const other = /"endCursor":"([^"]+)"/.exec(ofProfiles.text)?.[1] ?? '';
    for (const list of lists.filter(({ name }) => name !== 'profiles')) {
      expect(codesOf(await ask(list.query, { id: ada, after: other }))).toEqual(['INVALID_INPUT']);
    }
  });

  function encode(value: unknown): string {
    return Buffer.from(JSON.stringify(value)).toString('base64url');
  }
});

describe('queries', () => {
  const nested = (levels: number): string =>
    `{ profiles { edges { node { ${'referrals { referrals { edges { node { '.repeat(levels)} id ${'} } } } '.repeat(levels)} } } } }`;

  it.each<[string, string, string]>([
    ['a syntax error', '{ profile(id: ', 'GRAPHQL_PARSE_FAILED'],
    ['an empty query', '', 'BAD_REQUEST'],
    ['a blank query', '   ', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ profile(id: "x") { shoeSize } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown argument', '{ profile(shoe: "x") { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing argument', '{ profile { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing selection', '{ profile(id: "x") }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown type of a variable',
      'query ($a: Shoe) { me { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a variable of the wrong type',
      'query ($a: Int) { profile(id: $a) { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a circle of fragments', 'fragment A on Query { ...A } { ...A }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription', 'subscription { profile { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two operations and no name',
      'query A { me { id } } query B { me { id } }',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['30 levels', `{ a ${'{ a '.repeat(29)} ${'}'.repeat(30)}`, 'QUERY_TOO_DEEP'],
    [
      '1,000 aliases',
      `{ ${Array.from({ length: 1000 }, (_, n) => `a${n}: me { id }`).join(' ')} }`,
      'QUERY_TOO_LONG',
    ],
    [
      '100 aliases',
      `{ ${Array.from({ length: 100 }, (_, n) => `a${n}: me { id }`).join(' ')} }`,
      'TOO_MANY_ALIASES',
    ],
    ['10,000 levels', `{ a ${'{ a '.repeat(9_999)} ${'}'.repeat(10_000)}`, 'QUERY_TOO_LONG'],
    ['31 directives', `{ me { id ${'@include(if: true) '.repeat(31)} } }`, 'TOO_MANY_DIRECTIVES'],
    [
      'pages within pages',
      `{ profiles(first: 100) { edges { node { events(first: 100) { edges { node { id name source
        channel } } } feedback(first: 100) { edges { node { id kind } } } } } } }`,
      'QUERY_TOO_COSTLY',
    ],
    ['a query of NULs', '\0\0\0', 'GRAPHQL_PARSE_FAILED'],
    ['an emoji', '🦊', 'GRAPHQL_PARSE_FAILED'],
  ])('%s', async (_name, query, code) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    expect(new Set(codesOf(answer))).toContain(code);
    expect(answer.data).toBeNull();
    for (const { message } of answer.errors) expect(message).not.toBe('');
  });

  it('of 30 levels that the schema has are refused', async () => {
    expect(codesOf(await ask(nested(7)))).toContain('GRAPHQL_VALIDATION_FAILED');
    const fragments = Array.from(
      { length: 10 },
      (_, n) => `fragment F${n} on Profile { referrals { referrals { edges { node { id } } } }
        ${n < 9 ? `...F${n + 1}` : ''} }`,
    );
    const { errors } = await ask(`{ me { ...F0 } } ${fragments.join(' ')}`);
    expect(errors.length).toBeGreaterThan(0);
  });
});

describe('events', () => {
  async function record(events: unknown): Promise<Answer<{ recordEvents: Recorded }>> {
    const answer = await api.query<{ recordEvents: Recorded }>(RECORD_EVENTS, { events });
    answers.push(answer.text);
    return answer;
  }

  it('501 at once are refused, 500 are taken', async () => {
    const events = Array.from({ length: 501 }, (_, n) => ({
      name: 'A',
      messageId: `bulk-${n}`,
      identifiers: [userIdentifier(`bulk-${n % 7}`)],
    }));
    const refused = await record(events);
    expect(refused.errors[0]?.extensions).toEqual({
      code: 'INVALID_INPUT',
      argument: 'events',
      max: 500,
    });
    const { data } = await record(events.slice(0, 500));
    expect(data?.recordEvents.accepted).toBe(500);
    expect(data?.recordEvents.profiles).toHaveLength(7);
  });

  it('none at all are nothing', async () => {
    const { data, errors } = await record([]);
    expect(errors).toEqual([]);
    expect(data?.recordEvents).toEqual({
      accepted: 0,
      duplicates: 0,
      quarantined: 0,
      outcomes: [],
      profiles: [],
    });
  });

  it.each<[string, object]>([
    ['an empty name', { name: '' }],
    ['NUL in the name', { name: 'a\0b' }],
    ['NUL in the message id', { messageId: 'a\0b' }],
    ['NUL in the channel', { channel: '\0' }],
    ['NUL in a property name', { properties: { 'a\0b': 1 } }],
    ['NUL deep in the traits', { traits: { a: { b: [{ c: '\0' }] } } }],
    ['NUL in the identifier', { identifiers: [userIdentifier('a\0b')] }],
    ['an identifier of 10 kB', { identifiers: [userIdentifier('x'.repeat(10_000))] }],
    ['an empty identifier', { identifiers: [userIdentifier('')] }],
    ['an empty namespace', { identifiers: [{ namespace: '', value: 'a' }] }],
    ['NUL in the namespace', { identifiers: [{ namespace: '\0', value: 'a' }] }],
    ['half a surrogate pair in the name', { name: '\ud83e' }],
    ['half a surrogate pair in a property', { properties: { a: '\udc00' } }],
    ['half a surrogate pair in a trait name', { traits: { '\ud83e': 1 } }],
    ['half a surrogate pair in the identifier', { identifiers: [userIdentifier('\ud83e')] }],
    ['half a surrogate pair in the message id', { messageId: '\ud83e' }],
    ['half a surrogate pair in the channel', { channel: '\ud83e' }],
    ['the last instant of time', { occurredAt: '+275760-09-13T00:00:00.000Z' }],
    ['the year 9999', { occurredAt: '9999-12-31T23:59:59.999Z' }],
    ['the year 0', { occurredAt: '0000-01-01T00:00:00Z' }],
    ['an amount of 1e300', { name: 'Order Completed', properties: { revenue: 1e300 } }],
    ['a negative amount', { name: 'Order Completed', properties: { revenue: -1 } }],
    ['an amount in an object', { name: 'Order Completed', properties: { revenue: {} } }],
    ['properties of 1 MB', { properties: { a: 'x'.repeat(MB) } }],
  ])('with %s are set aside or refused, and nothing breaks', async (_name, change) => {
    const sent = { name: 'A', identifiers: [userIdentifier('odd')], ...change };
    const answer = await record([sent, { name: 'Fine', identifiers: [userIdentifier('fine')] }]);
    if (answer.errors.length > 0) {
      expect(codesOf(answer)).toEqual(['INVALID_INPUT']);
      return;
    }
    const { outcomes } = answer.data?.recordEvents ?? { outcomes: [] };
    expect(outcomes.map(({ status }) => status)).toEqual(['QUARANTINED', 'ACCEPTED']);
    expect(outcomes[0]?.detail).toMatch(/\.$/);
  });

  it('unicode comes back as it was sent', async () => {
    const text = '🦊 Ωmega \u202eאבג 汉字 e\u0301 \u{1F469}\u200D\u{1F680}';
    const { data } = await record([
      {
        name: text,
        messageId: text,
        channel: text,
        identifiers: [userIdentifier(text)],
        properties: { [text]: text },
        traits: { name: text, [text]: [text] },
      },
    ]);
    const id = data?.recordEvents.profiles[0]?.id;
    const answer = await ask(
      `query ($id: ID!) { profile(id: $id) { displayName traits identifiers { value }
        events { edges { node { name messageId channel properties } } } } }`,
      { id },
    );
    expect(answer.data).toEqual({
      profile: {
        displayName: text,
        traits: { name: text, [text]: [text] },
        // Identifiers are normalised: the e and its accent are one letter.
        identifiers: [{ value: text.normalize('NFC') }],
        events: {
          edges: [
            { node: { name: text, messageId: text, channel: text, properties: { [text]: text } } },
          ],
        },
      },
    });
    const found = await ask(BY_IDENTIFIER, { of: userIdentifier(text) });
    expect(found.data).toEqual({ profileByIdentifier: { id } });
  });
});

describe('odd text elsewhere', () => {
  const odd = ['\0', '\ud83e', 'x'.repeat(10_000), '', '🦊', "'; drop table profile; --"];

  it.each(odd.map((text) => [JSON.stringify(text).slice(0, 30), text] as const))(
    '%s is taken or refused by name, everywhere',
    async (_name, text) => {
      const answers = await Promise.all([
        ask(BY_IDENTIFIER, { of: { namespace: text, value: text } }),
        ask(BY_IDENTIFIER, { of: userIdentifier(text) }),
        ask('query ($s: String) { profiles(filter: {stage: $s}) { pageInfo { endCursor } } }', {
          s: text,
        }),
        ask(FEEDBACK, { of: { profileId: ada, kind: 'COMPLAINT', comment: text } }),
        ask(FEEDBACK, { of: { profileId: ada, kind: 'COMPLAINT', channel: text } }),
        ask(FEEDBACK, { of: { profileId: ada, kind: 'COMPLAINT', messageId: text } }),
        ask(COMMUNITY, { of: { profileId: ada, kind: 'POST', targetId: text } }),
        ask(COMMUNITY, { of: { profileId: ada, kind: 'POST', messageId: text } }),
        ask(
          `mutation ($id: ID!, $c: String!) { claimReferral(input: {profileId: $id, code: $c}) {
          __typename } }`,
          { id: ada, c: text },
        ),
        ask(
          `mutation ($id: ID!, $c: String!) { createReferralCode(input: {profileId: $id, code: $c})
          { __typename } }`,
          { id: ada, c: text },
        ),
        ask(
          'mutation ($n: String!) { createApiKey(input: {name: $n, scopes: [EVENTS_READ]}) { apiKey { id } } }',
          { n: text },
        ),
        ...['reason', 'note', 'idempotencyKey'].map((field) =>
          ask('mutation ($of: AdjustPointsInput!) { adjustPoints(input: $of) { __typename } }', {
            of: { profileId: ada, points: 1, reason: 'r', idempotencyKey: 'k', [field]: text },
          }),
        ),
      ]);
      for (const answer of answers) {
        for (const code of codesOf(answer))
          expect(['INVALID_INPUT', 'MESSAGE_ID_REUSED']).toContain(code);
      }
    },
  );

  it.each(['9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z'])(
    'feedback and activity of %s are refused',
    async (occurredAt) => {
      const feedback = { profileId: ada, kind: 'COMPLAINT', occurredAt };
      expect(codesOf(await ask(FEEDBACK, { of: feedback }))).toEqual(['INVALID_INPUT']);
      const activity = { profileId: ada, kind: 'POST', occurredAt };
      expect(codesOf(await ask(COMMUNITY, { of: activity }))).toEqual(['INVALID_INPUT']);
    },
  );

  it.each([1.01, -1.01, 1e300])('a sentiment of %d is refused', async (sentiment) => {
    const answer = await ask(FEEDBACK, { of: { profileId: ada, kind: 'COMPLAINT', sentiment } });
    expect(codesOf(answer)).toEqual(['INVALID_INPUT']);
  });
});

describe('requests', () => {
  it.each<[string, string | Uint8Array, Record<string, string>, number, string]>([
    ['no JSON', '{"query":', {}, 400, 'BAD_REQUEST'],
    ['no body', '', {}, 400, 'BAD_REQUEST'],
    ['a batch', '[{"query":"{ me { id } }"}]', {}, 400, 'BATCHING_NOT_SUPPORTED'],
    ['a number', '1', {}, 400, 'BAD_REQUEST'],
    ['null', 'null', {}, 400, 'BAD_REQUEST'],
    ['an object without a query', '{}', {}, 400, 'BAD_REQUEST'],
    ['a query that is a number', '{"query":1}', {}, 400, 'BAD_REQUEST'],
    [
      'variables that are text',
      '{"query":"{ me { id } }","variables":"x"}',
      {},
      400,
      'BAD_REQUEST',
    ],
    ['a poisoned prototype', '{"query":"x","__proto__":{"a":1}}', {}, 400, 'BAD_REQUEST'],
    [
      'a form',
      'a=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['XML', '<a/>', { 'content-type': 'application/xml' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a nonsense type', '{}', { 'content-type': 'nonsense' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['50 MB', Buffer.alloc(50 * MB, 'x'), {}, 413, 'BODY_TOO_LARGE'],
    [
      '50 MB, compressed',
      gzipSync(Buffer.alloc(50 * MB, 'x')),
      { 'content-encoding': 'gzip' },
      413,
      'BODY_TOO_LARGE',
    ],
    [
      'what is not compressed though it says so',
      '{}',
      { 'content-encoding': 'gzip' },
      400,
      'BAD_REQUEST',
    ],
  ])('%s', async (_name, body, headers, status, code) => {
    const answer = await sendRaw(body, headers);
    expect([answer.status, codesOf(answer)]).toEqual([status, [code]]);
  });

  it('plain text is refused, as browsers send it without asking', async () => {
    const answer = await sendRaw('{"query":"{ me { id } }"}', { 'content-type': 'text/plain' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(codesOf(answer)).toHaveLength(1);
  });

  it('a mutation by GET is refused, and not carried out', async () => {
    const before = await ask(EVENTS_PAGE, { id: ada, first: 1 });
    const query = `mutation { recordEvents(events: [{ name: "A", identifiers: [
      { namespace: "user_id", value: "ada" }] }]) { accepted } }`;
    const reply = await fetch(`${api.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { authorization: `Bearer ${await api.key()}`, 'apollo-require-preflight': '1' },
    });
    const answer = readAnswer<object>({ status: reply.status, text: await reply.text() });
    answers.push(answer.text);
    expect([answer.status, codesOf(answer)]).toEqual([405, ['BAD_REQUEST']]);
    expect((await ask(EVENTS_PAGE, { id: ada, first: 1 })).text).toBe(before.text);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s is no way to send an operation', async (method) => {
    const reply = await fetch(`${api.url}/graphql`, { method });
    const answer = readAnswer<object>({ status: reply.status, text: await reply.text() });
    answers.push(answer.text);
    expect([answer.status, codesOf(answer)]).toEqual([405, ['METHOD_NOT_ALLOWED']]);
  });

  it.each(['/graphql/', '/%zz', '/..%2f..%2fetc/passwd', `/${'x'.repeat(20_000)}`])(
    'GET %.30s is refused',
    async (path) => {
      const reply = await fetch(api.url + path).catch((error: Error) => error);
      if (reply instanceof Error) throw reply;
      answers.push(await reply.text());
      expect([400, 404, 414, 431]).toContain(reply.status);
    },
  );
});

describe('what went wrong on our side', () => {
  it('is told by a request id and nothing else', async () => {
    await api.database.query('alter table feedback rename to feedback_away');
    try {
      const answer = await ask(
        'query ($id: ID!) { profile(id: $id) { feedback { __typename } } }',
        { id: ada },
      );
      expect(answer.errors.map(({ message, extensions }) => [message, extensions])).toEqual([
        [
          'Something went wrong on our side.',
          { code: 'INTERNAL_ERROR', requestId: expect.any(String) },
        ],
      ]);
    } finally {
      await api.database.query('alter table feedback_away rename to feedback');
    }
  });
});
