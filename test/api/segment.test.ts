import { gzipSync } from 'node:zlib';
import { useApi } from '../support/api';
import { useRefusals } from '../support/refusals';
import { newSource } from '../support/sources';

const api = useApi();
const refusals = useRefusals(api);

const ORIGIN = 'https://shop.example';

/** Of a source that may see the profiles. */
let key = '';
/** Of a source whose key everybody knows. */
let browserKey = '';

beforeAll(async () => {
  key = await newSource(api, { name: 'server', scopes: ['events:write', 'profiles:read'] });
  browserKey = await newSource(api, { name: 'web-shop', origins: [ORIGIN] });
});

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly success?: true;
    readonly outcomes?: readonly Readonly<Record<string, unknown>>[];
    readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
  } & Readonly<Record<string, unknown>>;
}

async function send({ path = '/v1/batch', method = 'POST', body, headers }: Sent): Promise<Reply> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  const reply = await fetch(api.url + path, {
    method,
    body: isRaw ? body : JSON.stringify(body),
    headers: { authorization: basic(key), ...headers },
  });
  const text = await reply.text();
  return {
    status: reply.status,
    headers: reply.headers,
    body: text === '' ? {} : (JSON.parse(text) as Reply['body']),
  };
}

function basic(user: string): string {
  return `Basic ${Buffer.from(`${user}:`).toString('base64')}`;
}

/** Without what `fetch` would say by itself of a body that is text. */
function sendAnonymously(sent: Sent): Promise<Reply> {
  return send({ ...sent, headers: { authorization: '', ...sent.headers } });
}

let serial = 0;

function track(changes: Readonly<Record<string, unknown>> = {}) {
  serial += 1;
  return {
    type: 'track',
    messageId: `m-${serial}`,
    userId: `u-${serial}`,
    event: 'Clicked',
    ...changes,
  };
}

async function profileOf(namespace: string, value: string) {
  const { profileByIdentifier } = await api.data<{ profileByIdentifier: Profile | null }>(
    `query ($identifier: IdentifierInput!) {
      profileByIdentifier(identifier: $identifier) {
        id traits identifiers { namespace value }
        events { edges { node { name source messageId occurredAt channel properties } } }
      }
    }`,
    { identifier: { namespace, value } },
  );
  return profileByIdentifier;
}

interface Profile {
  readonly id: string;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly identifiers: readonly { readonly namespace: string; readonly value: string }[];
  readonly events: {
    readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> }[];
  };
}

describe('a request', () => {
  it('is answered with what became of each event, which the profile shows by then', async () => {
    const first = track({ event: 'Order Completed', properties: { revenue: 5, currency: 'USD' } });
    const batch = [
      first,
      first,
      track({ event: '' }),
      7,
      track({ timestamp: 'yesterday' }),
      track({ userId: null }),
      track({ userId: 'u-x', anonymousId: 'undefined' }),
    ];
    const { status, body } = await send({ body: { batch } });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      accepted: 2,
      duplicates: 1,
      quarantined: 4,
      outcomes: [
        {
          messageId: first.messageId,
          status: 'ACCEPTED',
          eventId: expect.stringMatching(/^evt_/),
          profileId: expect.stringMatching(/^prf_/),
        },
        expect.objectContaining({ messageId: first.messageId, status: 'DUPLICATE' }),
        expect.objectContaining({ status: 'QUARANTINED', reason: 'MISSING_NAME' }),
        {
          messageId: '',
          status: 'QUARANTINED',
          reason: 'UNREADABLE',
          detail: 'An item is an object.',
        },
        expect.objectContaining({ status: 'QUARANTINED', reason: 'INVALID_TIME' }),
        expect.objectContaining({ status: 'QUARANTINED', reason: 'NO_USABLE_IDENTIFIER' }),
        expect.objectContaining({
          status: 'ACCEPTED',
          demoted: [{ namespace: 'anonymous_id', value: 'undefined', reason: 'JUNK_VALUE' }],
        }),
      ],
    });
    const profile = await profileOf('user_id', first.userId);
    expect(profile?.events.edges[0]?.node).toMatchObject({
      name: 'Order Completed',
      source: 'source:server',
      messageId: first.messageId,
      properties: { revenue: 5, currency: 'USD' },
    });
    const kept = await api.database.query<{ reason: string; payload: string }>(
      `select reason, payload from quarantined_event where source = 'source:server'
       order by reason`,
    );
    expect(kept).toMatchObject([
      { reason: 'INVALID_TIME', payload: expect.stringContaining('"timestamp":"yesterday"') },
      { reason: 'MISSING_NAME' },
      { reason: 'NO_USABLE_IDENTIFIER' },
      { reason: 'UNREADABLE', payload: '7' },
    ]);
    const counted = await api.database.query(
      `select reason, sum(times)::int as times from event_count
       where source = 'source:server' and outcome = 'QUARANTINED' group by reason order by reason`,
    );
    expect(counted).toEqual(kept.map(({ reason }) => ({ reason, times: 1 })));
  });

  it('of an empty batch is nothing', async () => {
    const { status, body } = await send({ body: { batch: [] } });
    expect([status, body]).toEqual([
      200,
      { success: true, accepted: 0, duplicates: 0, quarantined: 0, outcomes: [] },
    ]);
  });

  it('tells of events that are too large, or whose id is too long, and takes the others', async () => {
    const large = track({ properties: { text: 'x'.repeat(33_000) } });
    const long = track({ messageId: 'x'.repeat(101) });
    const { status, body } = await send({ body: { batch: [large, track(), long] } });
    expect(status).toBe(200);
    expect(body.outcomes?.map((one) => one['reason'] ?? one['status'])).toEqual([
      'EVENT_TOO_LARGE',
      'ACCEPTED',
      'MESSAGE_ID_TOO_LONG',
    ]);
  });

  it('of 2,500 events is taken, of more refused whole', async () => {
    const batch = Array.from({ length: 2_500 }, () => track({ userId: 'many' }));
    expect((await send({ body: { batch } })).body).toMatchObject({ accepted: 2_500 });
    const more = { batch: [...batch, track()] };
    const { status, body } = await send({ body: more });
    expect([status, body.errors?.[0]?.extensions]).toEqual([
      413,
      { code: 'BODY_TOO_LARGE', eventsMax: 2_500 },
    ]);
  });
});

describe('the addresses', () => {
  it.each([
    ['identify', 'i', 'Identify'],
    ['track', 't', 'Clicked'],
    ['page', 'p', 'Page Viewed'],
    ['screen', 's', 'Screen Viewed'],
    ['group', 'g', 'Group'],
    ['alias', 'a', 'Alias'],
  ])('/v1/%s and /v1/%s record %s', async (long, short, name) => {
    for (const path of [`/v1/${long}`, `/v1/${short}`]) {
      const { userId, ...rest } = track({ groupId: 'acme', previousId: `anon-${serial}` });
      const { status, body } = await send({ path, body: { ...rest, userId, type: undefined } });
      expect([status, body['accepted']]).toEqual([200, 1]);
      const profile = await profileOf('user_id', userId);
      expect(profile?.events.edges.map(({ node }) => node['name'])).toEqual([name]);
    }
  });

  it.each(['/v1/batch', '/v1/b', '/v1/import', '/beacon/v1/batch'])(
    '%s takes a batch',
    async (path) => {
      expect((await send({ path, body: { batch: [track()] } })).body).toMatchObject({
        accepted: 1,
      });
    },
  );

  it('beside them are none', async () => {
    expect((await send({ path: '/v1/unknown', body: {} })).status).toBe(404);
  });
});

describe('the body is JSON', () => {
  const bodies: readonly [
    string,
    Readonly<Record<string, string>>,
    (text: string) => Uint8Array | string,
  ][] = [
    ['application/json', { 'content-type': 'application/json' }, (text) => text],
    ['text/plain', { 'content-type': 'text/plain;charset=UTF-8' }, (text) => text],
    ['no media type', {}, (text) => Buffer.from(text)],
    ['a media type that is none', { 'content-type': 'what/ever;;=' }, (text) => text],
    [
      'a form, gzip',
      { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
      (text) => gzipSync(text),
    ],
    ['gzip of which nothing is said', {}, (text) => gzipSync(text)],
    ['an encoding that nobody knows', { 'content-encoding': 'shrunk' }, (text) => text],
    ['said to be gzip, and inflated', { 'content-encoding': 'gzip' }, (text) => text],
    ['a byte order mark', {}, (text) => `\uFEFF${text}`],
  ];

  it.each(bodies)('as %s', async (_case, headers, encode) => {
    const body = encode(JSON.stringify({ batch: [track({ userId: 'Zoë 🙂' })] }));
    expect((await send({ headers, body })).body).toMatchObject({ accepted: 1 });
    expect(await profileOf('user_id', 'Zoë 🙂')).not.toBeNull();
  });

  it.each<[string, string | Uint8Array | undefined]>([
    ['nothing', undefined],
    ['no JSON', 'hello'],
    ['half of it', '{"batch":[{"type":"track"'],
    ['Latin-1', Buffer.from('{"type":"track","userId":"Zoë","event":"Seen"}', 'latin1')],
    ['half of a gzip', gzipSync('{"batch":[]}').subarray(0, 15)],
    ['text', '"track"'],
    ['a list', '[{"type":"track"}]'],
    ['neither batch nor item', '{"hello":1}'],
    ['a batch that is no list', '{"batch":{}}'],
  ])('or never will be: %s is 400', async (_case, body) => {
    const { status, body: reply } = await send({ body });
    expect([status, reply.errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
  });

  it.each<[string, Uint8Array | string]>([
    ['as it is', JSON.stringify({ batch: [], filler: 'x'.repeat(4 * 1024 * 1024) })],
    ['inflated', gzipSync(JSON.stringify({ batch: [], filler: 'x'.repeat(4 * 1024 * 1024) }))],
    ['inflated from very little', gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 })],
  ])('that is too large %s is 413', async (_case, body) => {
    const { status, body: reply } = await send({ body });
    expect([status, reply.errors?.[0]?.extensions]).toMatchObject([
      413,
      { code: 'BODY_TOO_LARGE', limitBytes: 4 * 1024 * 1024 },
    ]);
  });
});

describe('the write key', () => {
  it('is taken from the header, the body and the address', async () => {
    const batch = [track()];
    const ways: readonly Sent[] = [
      { headers: { authorization: basic(key) }, body: { batch } },
      { headers: { authorization: `Bearer ${key}` }, body: { batch } },
      { body: { batch, writeKey: key } },
      { path: `/beacon/v1/batch?writeKey=${key}`, body: { batch } },
    ];
    for (const way of ways) expect((await sendAnonymously(way)).status).toBe(200);
  });

  it.each<[string, () => Sent]>([
    ['none', () => ({})],
    ['an unknown one', () => ({ headers: { authorization: basic('pw_unknown') } })],
    ['an API key', () => ({ headers: { authorization: basic('prn_live_unknown') } })],
    ['two in the address', () => ({ path: `/v1/batch?writeKey=${key}&writeKey=${key}` })],
  ])('%s is 401', async (_case, sent) => {
    const { status, body } = await sendAnonymously({ body: { batch: [track()] }, ...sent() });
    expect([status, body.errors?.[0]?.extensions['code']]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('without the scope is 403', async () => {
    const reading = await newSource(api, { name: 'reader', scopes: ['profiles:read'] });
    const { status, body } = await send({
      body: { batch: [track()] },
      headers: { authorization: basic(reading) },
    });
    expect([status, body.errors?.[0]?.extensions]).toMatchObject([403, { scope: 'events:write' }]);
  });

  it('holds its source to what it may send', async () => {
    const limited = await newSource(api, {
      name: 'limited',
      namespaces: ['anonymous_id'],
      eventNames: ['Page Viewed'],
    });
    const batch = [track({ type: 'page', anonymousId: 'a-limited' }), track()];
    const { body } = await send({ body: { batch }, headers: { authorization: basic(limited) } });
    expect(body.outcomes).toMatchObject([
      { status: 'ACCEPTED', demoted: [{ namespace: 'user_id', reason: 'NAMESPACE_NOT_ALLOWED' }] },
      { status: 'QUARANTINED', reason: 'EVENT_NAME_NOT_ALLOWED' },
    ]);
  });

  it('that everybody knows tells nothing of who else is known', async () => {
    await send({
      body: {
        batch: [track({ type: 'identify', userId: 'mei', traits: { email: 'mei@example.com' } })],
      },
    });
    const probe = track({
      type: 'identify',
      userId: 'mallory',
      traits: { email: 'mei@example.com' },
    });
    const headers = { authorization: basic(browserKey) };
    const { body } = await send({ body: { batch: [probe] }, headers });
    expect(body.outcomes).toEqual([
      { messageId: probe.messageId, status: 'ACCEPTED', eventId: expect.any(String) },
    ]);
    const again = { ...probe, messageId: 'probe-2' };
    const { body: full } = await send({ body: { batch: [again] } });
    expect(full.outcomes).toMatchObject([
      {
        profileId: expect.any(String),
        demoted: [{ namespace: 'email', reason: 'PERSON_CONFLICT' }],
      },
    ]);
  });
});

describe('pages', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: {
      origin: ORIGIN,
      authorization: '',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-retry-count',
    },
  };

  it.each(['/v1/t', '/v1/batch', '/beacon/v1/batch', '/v1/projects/x/settings'])(
    'ask beforehand at %s',
    async (path) => {
      const { status, headers } = await send({ ...preflight, path });
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(headers.get('access-control-allow-methods')).toContain('POST');
      const allowed = headers.get('access-control-allow-headers')?.split(', ');
      expect(allowed).toEqual(
        expect.arrayContaining(['authorization', 'content-type', 'x-retry-count']),
      );
      expect(headers.get('access-control-max-age')).toBe('7200');
    },
  );

  it('but not of other routes', async () => {
    const { headers } = await send({ ...preflight, path: '/graphql' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('of the source’s origins send, and read the reply', async () => {
    const { status, headers } = await send({
      path: '/v1/t',
      body: track(),
      headers: { origin: ORIGIN, authorization: basic(browserKey), 'content-type': 'text/plain' },
    });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-expose-headers')).toBe('retry-after');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('vary')).toMatch(/origin/i);
  });

  it.each(['https://other.example', 'null', `${ORIGIN}.evil.example`, 'http://shop.example'])(
    'of %s do not',
    async (origin) => {
      const body = track();
      const headers = { origin, authorization: basic(browserKey) };
      const refused = await send({ path: '/v1/t', body, headers });
      expect([refused.status, refused.body.errors?.[0]?.extensions['code']]).toEqual([
        403,
        'FORBIDDEN',
      ]);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
      expect(await profileOf('user_id', body.userId)).toBeNull();
    },
  );

  it('of any origin send where the source says so', async () => {
    const open = await newSource(api, { name: 'open', origins: ['*'] });
    const headers = { origin: 'null', authorization: basic(open) };
    expect((await send({ path: '/v1/t', body: track(), headers })).status).toBe(200);
  });

  it('send none with the key of a server', async () => {
    const headers = { origin: ORIGIN };
    expect((await send({ path: '/v1/t', body: track(), headers })).status).toBe(403);
  });

  it('can read why nothing was taken', async () => {
    const headers = { origin: ORIGIN, authorization: basic('pw_unknown') };
    const refused = await send({ path: '/v1/t', body: track(), headers });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  it('are told where to send', async () => {
    const path = `/v1/projects/${browserKey}/settings`;
    const { status, headers, body } = await sendAnonymously({
      path,
      method: 'GET',
      headers: { origin: ORIGIN },
    });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(body).toMatchObject({
      integrations: {
        'Segment.io': {
          apiKey: browserKey,
          apiHost: `${new URL(api.url).host}/v1`,
          protocol: 'http',
        },
      },
      plan: { track: { __default: { enabled: true } } },
      metrics: { sampleRate: 0 },
    });
  });

  it('are not where the key is unknown, or the origin', async () => {
    const settings = (writeKey: string, origin: string) =>
      sendAnonymously({
        path: `/v1/projects/${writeKey}/settings`,
        method: 'GET',
        headers: { origin },
      });
    expect((await settings('pw_unknown', ORIGIN)).status).toBe(401);
    expect((await settings(browserKey, 'https://other.example')).status).toBe(403);
  });
});

describe('later, not never', () => {
  it('503 with Retry-After while the database is away; then the same body is taken', async () => {
    const body = { batch: [track({ userId: 'patient' })] };
    await refusals.refuse('57P03', 1);
    const away = await send({ body });
    expect([away.status, away.body.errors?.[0]?.extensions['code']]).toEqual([503, 'UNAVAILABLE']);
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send({ body })).body).toMatchObject({ accepted: 1 });
    await refusals.stop();
  });

  it('429 with Retry-After where the source is over its rate, and what it sends is not lost', async () => {
    const slow = await newSource(api, {
      name: 'slow',
      eventsPerMinuteMax: 2_500,
      origins: [ORIGIN],
    });
    const headers = { origin: ORIGIN, authorization: basic(slow) };
    const many = Array.from({ length: 2_499 }, () => track({ userId: 'fast' }));
    expect((await send({ body: { batch: many }, headers })).status).toBe(200);
    const body = { batch: [track(), track()] };
    const refused = await send({ body, headers });
    expect([refused.status, refused.body.errors?.[0]?.extensions['code']]).toEqual([
      429,
      'RATE_LIMITED',
    ]);
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    api.clock.set(new Date(api.clock.now().getTime() + seconds * 1000).toISOString());
    expect((await send({ body, headers })).body).toMatchObject({ accepted: 2 });
  });
});

describe('times', () => {
  async function occurredAt(item: Readonly<Record<string, unknown>>, sentAt?: string) {
    const sent = track(item);
    await send({ body: { batch: [sent], sentAt } });
    const profile = await profileOf('user_id', sent.userId);
    return profile?.events.edges[0]?.node['occurredAt'];
  }

  it('are by the clock of the server', async () => {
    api.clock.set('2026-11-20T12:00:00.000Z');
    // The sender's clock is a day ahead.
    const sentAt = '2026-11-21T12:00:00.000Z';
    const then = '2026-11-21T11:00:00.000Z';
    const expected = '2026-11-20T11:00:00.000Z';
    expect(await occurredAt({ originalTimestamp: then }, sentAt)).toBe(expected);
    expect(await occurredAt({ timestamp: then }, sentAt)).toBe(expected);
    expect(await occurredAt({ timestamp: expected })).toBe(expected);
    expect(await occurredAt({})).toBe('2026-11-20T12:00:00.000Z');
  });
});

describe('aliases', () => {
  const alias = (userId: string, previousId: string) =>
    track({ type: 'alias', userId, previousId, event: undefined });

  it('link what a visitor did to who they are', async () => {
    await send({ path: '/v1/track', body: track({ userId: undefined, anonymousId: 'visitor' }) });
    const { body } = await send({ body: { batch: [alias('signed-up', 'visitor')] } });
    expect(body.outcomes?.[0]).not.toHaveProperty('demoted');
    expect((await profileOf('anonymous_id', 'visitor'))?.id).toBe(
      (await profileOf('user_id', 'signed-up'))?.id,
    );
  });

  it.each([true, false])('do not make one of two users; the new one known: %s', async (isKnown) => {
    const [before, after] = [`before-${isKnown}`, `after-${isKnown}`];
    await send({ body: { batch: [track({ userId: before })] } });
    if (isKnown) await send({ body: { batch: [track({ userId: after })] } });
    const { body } = await send({ body: { batch: [alias(after, before)] } });
    expect(body.outcomes).toMatchObject([
      {
        status: 'ACCEPTED',
        demoted: [{ namespace: 'user_id', value: before, reason: 'PERSON_CONFLICT' }],
      },
    ]);
    const profile = await profileOf('user_id', after);
    expect(profile?.identifiers).toEqual([{ namespace: 'user_id', value: after }]);
    expect((await profileOf('user_id', before))?.id).not.toBe(profile?.id);
  });

  it('of oneself do nothing, and say so', async () => {
    const { body } = await send({ body: { batch: [alias('self', 'self')] } });
    expect(body.outcomes).toMatchObject([{ status: 'ACCEPTED', warning: 'ALIAS_OF_ITSELF' }]);
    expect((await profileOf('user_id', 'self'))?.identifiers).toEqual([
      { namespace: 'user_id', value: 'self' },
    ]);
  });
});
