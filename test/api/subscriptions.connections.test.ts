import { once } from 'node:events';
import { WebSocket } from 'ws';
import { fieldAccess } from '../../src/field-access';
import { scopeNames } from '../../src/platform/auth/scopes';
import { appendToOutbox } from '../../src/platform/outbox/outbox';
import { fromPublicId, type ProfileId, uuidSource } from '../../src/shared/ids';
import { newProfile, recordEvents, userIdentifier } from '../support/actions';
import { type Credentials, startBeside, useApi } from '../support/api';
import { until } from '../support/processes';
import { codeOf, Subscriber, type SubscriberOptions } from '../support/subscriber';

const LIMIT = 3;

const api = useApi({
  SUBSCRIPTIONS_PER_CONNECTION_MAX: String(LIMIT),
  SUBSCRIPTION_CONNECTIONS_PER_CALLER_MAX: String(LIMIT),
});
const subscribers: Subscriber[] = [];

let anna = '';

beforeAll(async () => {
  anna = await newProfile(api, 'anna');
});

afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.dispose();
  // What a connection was counted for must not be counted for the next test's.
  await until(async () => (await openConnections()) === 0);
  await until(async () => (await metric('perennial_subscriptions')) === 0);
});

function connect(
  credentials: Credentials,
  options: SubscriberOptions = {},
  url = api.url,
): Subscriber {
  const made = new Subscriber(url, credentials, options);
  subscribers.push(made);
  return made;
}

const PROFILE = 'subscription ($id: ID!) { profileChanged(id: $id) { id loyalty { balance } } }';
const BALANCE = 'subscription { loyaltyBalanceChanged { balance } }';
const TRANSITIONS = 'subscription { lifecycleTransitions { to } }';

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

const openConnections = () => metric('perennial_subscription_connections');

function view(userId: string) {
  return recordEvents(api, [{ name: 'Post Created', identifiers: [userIdentifier(userId)] }]);
}

async function newKey(name: string) {
  const grantor = { actor: 'test', scopes: new Set(scopeNames) };
  return api.app.apiKeys.create({ name, scopes: scopeNames }, grantor);
}

describe('who may', () => {
  it('is said in connectionParams, or in the header of the handshake', async () => {
    const key = await api.key();
    await connect({ key }).subscribe(PROFILE, { id: anna }).next();
    const headers = { authorization: `Bearer ${key}` };
    await connect({}, { headers }).subscribe(PROFILE, { id: anna }).next();
  });

  it.each([
    ['nothing', async () => ({})],
    ['a key that nobody has', async () => ({ key: `prn_live_${'x'.repeat(43)}` })],
    ['an expired token', async () => ({ jwt: await api.jwt('anna', -60) })],
  ])('is nobody with %s: 4401, and no message', async (_what, credentials) => {
    const client = connect(await credentials());
    await expect(client.subscribe(PROFILE, { id: anna }).next()).rejects.toMatchObject({
      code: 4401,
      reason: expect.stringMatching(/^UNAUTHENTICATED: /),
    });
  });

  const subscriptions = Object.entries(fieldAccess).filter(([name]) =>
    name.startsWith('Subscription.'),
  );
  const texts: Readonly<Record<string, string>> = {
    profileChanged: PROFILE,
    lifecycleTransitions: TRANSITIONS,
    loyaltyBalanceChanged: BALANCE,
  };

  it.each(subscriptions)(
    '%s is refused to who has everything but what it needs',
    async (name, rule) => {
      const text = texts[name.slice('Subscription.'.length)];
      if (text === undefined) throw new Error(`How ${name} is asked for has to be said here.`);
      const needed = 'scope' in rule ? rule.scope : null;
      const key = await api.key(...scopeNames.filter((scope) => scope !== needed));
      const messages = connect({ key }).subscribe(text, { id: anna });
      expect(await codeOf(messages.next())).toBe('FORBIDDEN');
      if ('customer' in rule) return;
      const jwt = await api.jwt('anna');
      const ofCustomer = connect({ jwt }).subscribe(text, { id: anna });
      expect(await codeOf(ofCustomer.next())).toBe('FORBIDDEN');
    },
  );

  it('may not read below what the scopes allow, as in a query', async () => {
    const key = await api.key('profiles:read');
    const result = await connect({ key }).subscribe(PROFILE, { id: anna }).nextResult();
    expect(result?.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'FORBIDDEN', scope: 'loyalty:read' },
    ]);
  });

  it('a page of another origin may not, and one of this may', async () => {
    const key = await api.key();
    const foreign = connect({ key }, { headers: { origin: 'https://elsewhere.test' } });
    await expect(foreign.subscribe(PROFILE, { id: anna }).next()).rejects.toBeDefined();
    expect(await metric('perennial_subscription_connections_refused_total{reason="origin"}')).toBe(
      1,
    );
    const own = connect({ key }, { headers: { origin: api.url } });
    await own.subscribe(PROFILE, { id: anna }).next();
  });
});

describe('as time goes by', () => {
  it('a token that has expired is told of nothing any more: 4403', async () => {
    const client = connect({ jwt: await api.jwt('anna', 60) });
    const messages = client.subscribe(BALANCE);
    await messages.next();
    const now = api.clock.now().toISOString();
    api.clock.set(new Date(api.clock.now().getTime() + 120_000).toISOString());
    await view('anna');
    await expect(messages.next()).rejects.toMatchObject({ code: 4403 });
    api.clock.set(now);
  });

  it('with a fresh token the same subscription goes on', async () => {
    let given = 0;
    const client = connect(
      {},
      {
        retryAttempts: 5,
        connectionParams: async () => {
          given += 1;
          return { authorization: `Bearer ${await api.jwt('anna', 60)}` };
        },
      },
    );
    const messages = client.subscribe(BALANCE);
    const first = await messages.next();
    const now = api.clock.now().toISOString();
    api.clock.set(new Date(api.clock.now().getTime() + 120_000).toISOString());
    await view('anna');
    expect(await messages.next()).not.toEqual(first);
    expect([given, client.closes]).toEqual([2, [expect.objectContaining({ code: 4403 })]]);
    api.clock.set(now);
  });

  it('a key that is revoked is told of nothing any more: 4403', async () => {
    const { secret, apiKey } = await newKey('to be revoked');
    const client = connect({ key: secret });
    const messages = client.subscribe(PROFILE, { id: anna });
    await messages.next();
    await api.app.apiKeys.revoke(apiKey.id);
    await view('anna');
    await expect(messages.next()).rejects.toMatchObject({ code: 4403 });
  });

  it('who is no longer let in is put out, though nothing happens', async () => {
    const pinging = await startBeside(api, { SUBSCRIPTION_PING_MS: '1000' });
    const { secret, apiKey } = await newKey('to be put out');
    const client = connect({ key: secret }, {}, pinging.url);
    await client.subscribe(PROFILE, { id: anna }).next();
    await pinging.app.apiKeys.revoke(apiKey.id);
    expect(await client.closed()).toMatchObject({ code: 4403 });
    await pinging.stopAll();
  });
});

describe('limits', () => {
  it('of subscriptions on a connection, until one is ended', async () => {
    const client = connect({ key: await api.key() });
    const open = Array.from({ length: LIMIT }, () => client.subscribe(PROFILE, { id: anna }));
    for (const messages of open) await messages.next();
    const more = client.subscribe(PROFILE, { id: anna });
    expect(await codeOf(more.next())).toBe('TOO_MANY_SUBSCRIPTIONS');
    await open[0]?.end();
    await client.subscribe(PROFILE, { id: anna }).next();
  });

  it('of connections of a caller: 1013, and others are let in', async () => {
    const { secret: key } = await newKey('of many connections');
    for (let count = 0; count < LIMIT; count += 1) {
      await connect({ key }).subscribe(PROFILE, { id: anna }).next();
    }
    await expect(connect({ key }).subscribe(PROFILE, { id: anna }).next()).rejects.toMatchObject({
      code: 1013,
      reason: 'TOO_MANY_CONNECTIONS',
    });
    await connect({ key: await api.key() })
      .subscribe(PROFILE, { id: anna })
      .next();
  });

  it('of connections at all: the handshake is refused', async () => {
    const full = await startBeside(api, { SUBSCRIPTION_CONNECTIONS_MAX: '0' });
    const socket = new WebSocket(
      `${full.url.replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
    );
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('503');
    await full.stopAll();
  });

  it('of a message', async () => {
    const client = connect({ key: await api.key() });
    const query = `${PROFILE} # ${'x'.repeat(70_000)}`;
    await expect(client.subscribe(query, { id: anna }).next()).rejects.toMatchObject({
      code: 1009,
    });
  });

  it('of queries: depth, cost, what is no subscription, what is no GraphQL', async () => {
    const client = connect({ key: await api.key() });
    const ask = (text: string) => codeOf(client.subscribe(text, { id: anna }).next());
    const nested = (levels: number): string =>
      levels === 0
        ? 'balance'
        : `transactions { edges { node { account { ${nested(levels - 1)} } } } }`;
    const inProfile = (text: string) =>
      ask(`subscription ($id: ID!) { profileChanged(id: $id) { ${text} } }`);
    expect(await inProfile(`loyalty { ${nested(4)} }`)).toBe('QUERY_TOO_DEEP');
    const page = 'events(first: 100) { edges { node { id name occurredAt properties } } }';
    const pages = Array.from({ length: 25 }, (_, index) => `page${index}: ${page}`);
    expect(await inProfile(pages.join(' '))).toBe('QUERY_TOO_COSTLY');
    expect(await ask('{ identityPolicy { phoneRegion } }')).toBe('BAD_REQUEST');
    expect(await ask('subscription { profileChanged { id } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await ask('subscription {')).toBe('GRAPHQL_PARSE_FAILED');
    expect(await ask(`subscription { profileChanged(id: 1) { ${'id '.repeat(2_100)} } }`)).toBe(
      'QUERY_TOO_LONG',
    );
  });

  it('of what waits for a client that does not read: a named refusal', async () => {
    const padding = 'x'.repeat(20_000);
    const slow = await newProfile(api, 'slow', { traits: { padding } });
    const client = connect({ key: await api.key() });
    const text = 'subscription { lifecycleTransitions { to profile { traits } } }';
    const messages = client.subscribe(text);
    expect(await messages.next()).toEqual({ lifecycleTransitions: null });
    client.socket.pause();
    const change = {
      profileId: fromPublicId<ProfileId>('prf', slow),
      topic: 'lifecycle.stage-changed',
      payload: { model: 'five-stage', from: 'GROWTH', to: 'CHURN', since: '2026-11-01T00:00:00Z' },
    };
    const changes = Array.from({ length: 300 }, () => change);
    // As many as the system holds for it, and as many as we do.
    for (let round = 0; round < 10; round += 1) {
      await api.database.transaction(async (tx) =>
        appendToOutbox(tx, uuidSource, changes, api.clock.now()),
      );
    }
    client.socket.resume();
    let told = 0;
    const outcome = await codeOf(
      (async () => {
        for (;;) {
          await messages.next();
          told += 1;
        }
      })(),
    );
    expect([outcome, told < 3_000]).toEqual(['SUBSCRIPTION_OVERFLOWED', true]);
    expect(await metric('perennial_subscription_overflows_total')).toBe(1);
  });
});

describe('over HTTP', () => {
  it('a subscription is refused, and says where to go', async () => {
    const { status, errors } = await api.query(BALANCE);
    expect([status, errors[0]?.message]).toEqual([400, expect.stringContaining('WebSocket')]);
  });

  it('what is no handshake is refused', async () => {
    expect((await fetch(`${api.url}/graphql/socket`)).status).toBe(400);
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/health/live`);
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('400');
  });

  it('a client of another protocol is told so', async () => {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-ws');
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/subprotocol|4406/i);
  });
});

it('who stays is told to go when the server stops: 1001', async () => {
  const other = await startBeside(api);
  const client = connect({ key: await api.key() }, {}, other.url);
  await client.subscribe(PROFILE, { id: anna }).next();
  await other.stopAll();
  expect(await client.closed()).toMatchObject({ code: 1001 });
});
