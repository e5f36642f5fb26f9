import { newProfile, RECORD_EVENTS, type Recorded, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

const CREATE = `mutation ($input: CreateSourceInput!) {
  createSource(input: $input) {
    ... on SourceCreated { secret writeKey { id revokedAt } source { id name actor scopes } }
    ... on SourceNameTaken { name message }
  }
}`;

const SOURCE = `query ($id: ID!) {
  source(id: $id) {
    name actor scopes eventsPerMinuteMax namespaces eventNames origins createdBy disabledAt
    writeKeys { id createdBy lastUsedAt revokedAt }
    counters {
      source accepted duplicates quarantined quarantinedByReason { reason times }
      firstSeenAt lastSeenAt
    }
  }
}`;

interface Created {
  readonly secret: string;
  readonly writeKey: { readonly id: string };
  readonly source: { readonly id: string; readonly name: string };
}

interface Shown {
  readonly source: Readonly<Record<string, unknown>> & {
    readonly writeKeys: readonly { readonly id: string; readonly lastUsedAt: string | null }[];
  };
}

let count = 0;

async function create(settings: object = {}): Promise<Created> {
  count += 1;
  const input = { name: `source-${count}`, ...settings };
  return (await api.data<{ createSource: Created }>(CREATE, { input })).createSource;
}

async function show(id: string): Promise<Shown['source']> {
  return (await api.data<Shown>(SOURCE, { id })).source;
}

function event(messageId: string, name = 'Page Viewed', namespace = 'user_id') {
  return { messageId, name, identifiers: [{ namespace, value: `customer-${messageId}` }] };
}

function send(key: string, events: readonly object[]) {
  return api.query<{ recordEvents: Recorded }>(RECORD_EVENTS, { events }, { key });
}

/** Only what a source may see without `profiles:read`. */
const COUNT = `mutation ($events: [EventInput!]!) {
  recordEvents(events: $events) { accepted duplicates quarantined }
}`;

async function isTaken(key: string): Promise<boolean> {
  count += 1;
  const { status } = await api.query(COUNT, { events: [event(`taken-${count}`)] }, { key });
  return status === 200;
}

describe('a source', () => {
  it('is made with its first key, which is shown once, and is listed without it', async () => {
    const { secret, source, writeKey } = await create({
      name: 'web-shop',
      eventsPerMinuteMax: 2500,
      namespaces: ['user_id'],
      eventNames: ['Page Viewed'],
      origins: ['https://shop.example'],
    });
    expect(secret).toMatch(/^pw_/);
    const { text, data } = await api.query<Shown>(SOURCE, { id: source.id });
    expect(text).not.toContain(secret);
    expect(data?.source).toEqual({
      name: 'web-shop',
      actor: 'source:web-shop',
      scopes: ['EVENTS_WRITE'],
      eventsPerMinuteMax: 2500,
      namespaces: ['user_id'],
      eventNames: ['Page Viewed'],
      origins: ['https://shop.example'],
      createdBy: 'key:test 1',
      disabledAt: null,
      writeKeys: [{ id: writeKey.id, createdBy: 'key:test 1', lastUsedAt: null, revokedAt: null }],
      counters: {
        source: 'source:web-shop',
        accepted: '0',
        duplicates: '0',
        quarantined: '0',
        quarantinedByReason: [],
        firstSeenAt: null,
        lastSeenAt: null,
      },
    });
    const { sources } = await api.data<{ sources: { name: string }[] }>('{ sources { name } }');
    expect(sources).toContainEqual({ name: 'web-shop' });
  });

  it('has a name of its own, and null lifts a limit', async () => {
    const { source } = await create({ eventNames: ['A'], namespaces: ['email'] });
    const again = await api.data(CREATE, { input: { name: source.name } });
    expect(again).toEqual({
      createSource: { name: source.name, message: expect.stringContaining('exists') },
    });
    const update = `mutation ($input: UpdateSourceInput!) { updateSource(input: $input) { id } }`;
    await api.data(update, { input: { id: source.id, eventNames: null, origins: ['*'] } });
    expect(await show(source.id)).toMatchObject({
      eventNames: null,
      namespaces: ['email'],
      origins: ['*'],
    });
    const { errors } = await api.query(update, {
      input: { id: source.id, eventsPerMinuteMax: 2499 },
    });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'eventsPerMinuteMax',
    });
  });

  it('is null where there is none', async () => {
    expect(await api.data(SOURCE, { id: `src_${'0'.repeat(32)}` })).toEqual({ source: null });
  });
});

describe('a write key', () => {
  it('records events under the name of the source, and they are counted', async () => {
    const { secret, source } = await create({ scopes: ['EVENTS_WRITE', 'PROFILES_READ'] });
    const events = [event('1'), event('1'), event('2', ' '), event('3')];
    const { data, errors } = await send(secret, events);
    expect([errors, data?.recordEvents]).toMatchObject([
      [],
      { accepted: 2, duplicates: 1, quarantined: 1 },
    ]);
    await send(secret, [event('3')]);
    await api.app.sources.settled();
    const { counters, writeKeys } = await show(source.id);
    expect(counters).toMatchObject({
      accepted: '2',
      duplicates: '2',
      quarantined: '1',
      quarantinedByReason: [{ reason: 'MISSING_NAME', times: '1' }],
      lastSeenAt: api.clock.now().toISOString(),
    });
    expect(writeKeys[0]?.lastUsedAt).toBe(api.clock.now().toISOString());
    const stored = await api.database.query('select distinct source from event where source = $1', [
      `source:${source.name}`,
    ]);
    expect(stored).toHaveLength(1);
  });

  it('sees profiles where the source may, and not their points', async () => {
    const { secret } = await create({ scopes: ['PROFILES_READ'] });
    const id = await newProfile(api, 'ada');
    const read = (fields: string) =>
      api.query(`query ($id: ID!) { profile(id: $id) { ${fields} } }`, { id }, { key: secret });
    expect((await read('id')).data).toEqual({ profile: { id } });
    expect((await read('loyalty { balance }')).errors[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      scope: 'loyalty:read',
    });
  });

  it.each([
    ['{ profiles { __typename } }', 'profiles:read'],
    ['{ apiKeys { id } }', 'keys:manage'],
    ['{ sources { id } }', 'sources:manage'],
    ['mutation { createSource(input: { name: "x" }) { __typename } }', 'sources:manage'],
  ])('may not %s', async (text, scope) => {
    const { secret } = await create();
    const { errors } = await api.query(text, {}, { key: secret });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', scope }]);
  });

  it('is no customer', async () => {
    const { secret } = await create();
    const { errors } = await api.query('{ me { id } }', {}, { key: secret });
    expect(errors[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  });

  it('is refused once revoked, and with its source once that is disabled', async () => {
    const { secret, source, writeKey } = await create();
    const { addWriteKey } = await api.data<{ addWriteKey: { secret: string } }>(
      `mutation ($id: ID!) { addWriteKey(sourceId: $id) { ... on WriteKeyAdded { secret } } }`,
      { id: source.id },
    );
    const second = addWriteKey.secret;
    expect([await isTaken(secret), await isTaken(second)]).toEqual([true, true]);
    const third = await api.data(
      `mutation ($id: ID!) {
        addWriteKey(sourceId: $id) { ... on WriteKeyLimitReached { message writeKeysMax } } }`,
      { id: source.id },
    );
    expect(third).toMatchObject({ addWriteKey: { writeKeysMax: 2 } });
    await api.data('mutation ($id: ID!) { revokeWriteKey(id: $id) { revokedAt } }', {
      id: writeKey.id,
    });
    expect([await isTaken(secret), await isTaken(second)]).toEqual([false, true]);
    await api.data('mutation ($id: ID!) { disableSource(id: $id) { id } }', { id: source.id });
    expect(await isTaken(second)).toBe(false);
    await api.data('mutation ($id: ID!) { enableSource(id: $id) { id } }', { id: source.id });
    expect([await isTaken(secret), await isTaken(second)]).toEqual([false, true]);
  });

  it.each(['pw_', `pw_${'x'.repeat(43)}`, 'pw_nonsense'])('%s is nobody’s', async (key) => {
    const { status, errors } = await api.query('{ __typename }', {}, { key });
    expect([status, errors[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('what a source may send', () => {
  it('is held to its event names and namespaces', async () => {
    const { secret } = await create({
      scopes: ['EVENTS_WRITE', 'PROFILES_READ'],
      eventNames: ['Page Viewed'],
      namespaces: ['user_id'],
    });
    const both = {
      ...event('b'),
      identifiers: [userIdentifier('b'), { namespace: 'email', value: 'b@example.com' }],
    };
    const { data } = await send(secret, [
      event('a', 'Order Completed'),
      both,
      event('c', 'Page Viewed', 'email'),
    ]);
    expect(data?.recordEvents.outcomes).toMatchObject([
      { status: 'QUARANTINED', reason: 'EVENT_NAME_NOT_ALLOWED' },
      { status: 'ACCEPTED', demoted: [{ namespace: 'email', reason: 'NAMESPACE_NOT_ALLOWED' }] },
      { status: 'QUARANTINED', reason: 'NO_USABLE_IDENTIFIER' },
    ]);
  });

  it('is no concern of an API key', async () => {
    const { data } = await send(await api.key(), [event('free', 'Anything')]);
    expect(data?.recordEvents.accepted).toBe(1);
  });

  it('is no more than its rate, refused whole and with the time to wait', async () => {
    const { secret, source } = await create({ eventsPerMinuteMax: 2500 });
    const batch = (name: string, length: number) =>
      Array.from({ length }, (_, index) => ({
        ...event(`${name}-${index}`),
        identifiers: [userIdentifier('busy')],
      }));
    const record = (events: readonly object[]) => api.query(COUNT, { events }, { key: secret });
    for (const name of ['r1', 'r2', 'r3', 'r4']) {
      expect((await record(batch(name, 500))).errors).toEqual([]);
    }
    expect((await record(batch('r5', 499))).errors).toEqual([]);
    const { status, data, errors } = await record(batch('r6', 2));
    expect([status, data]).toEqual([200, null]);
    expect(errors[0]?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: 1 });
    expect(await show(source.id)).toMatchObject({ counters: { accepted: '2499' } });
    api.clock.set(new Date(api.clock.now().getTime() + 1_000).toISOString());
    expect((await record(batch('r6', 2))).data).toMatchObject({ recordEvents: { accepted: 2 } });
  });
});

it('counters are there for everyone who sent something', async () => {
  await send(await api.key(), [event('counted')]);
  const { sourceCounters } = await api.data<{
    sourceCounters: { source: string; accepted: string }[];
  }>('{ sourceCounters { source accepted quarantinedByReason { reason times } } }');
  const key = sourceCounters.find(({ source }) => source === 'key:test 1');
  expect(Number(key?.accepted)).toBeGreaterThan(0);
});
