import { jobsOf } from '../../src/app';
import { recordEvents, type SentEvent, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

interface Quarantined {
  readonly id: string;
  readonly messageId: string;
  readonly reason: string;
  readonly state: string;
  readonly [field: string]: unknown;
}

interface Page {
  readonly quarantinedEvents: {
    readonly edges: readonly { readonly node: Quarantined }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

interface Replayed {
  readonly outcomes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const FIELDS = `id source messageId reason detail payload event firstReceivedAt lastReceivedAt
  timesReceived state eventId settledAt settledBy settlementReason
  correction { event reason actor correctedAt }`;

const LIST = `query ($filter: QuarantineFilter, $first: Int, $after: String) {
  quarantinedEvents(filter: $filter, first: $first, after: $after) {
    edges { node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`;

const ONE = `query ($id: ID!) { quarantinedEvent(id: $id) { ${FIELDS} } }`;

const CORRECT = `mutation ($id: ID!, $event: EventInput!, $reason: String!) {
  correctQuarantinedEvent(id: $id, event: $event, reason: $reason) {
    __typename ... on QuarantinedEvent { ${FIELDS} } ... on QuarantineRefused { fault message } } }`;

const REPLAY = `mutation ($ids: [ID!], $filter: QuarantineFilter, $limit: Int, $after: String) {
  replayQuarantinedEvents(ids: $ids, filter: $filter, limit: $limit, after: $after) {
    accepted duplicates quarantined
    outcomes { id status eventId profileId reason detail }
    pageInfo { hasNextPage endCursor } } }`;

const DISCARD = `mutation ($ids: [ID!], $filter: QuarantineFilter, $reason: String!) {
  discardQuarantinedEvents(ids: $ids, filter: $filter, reason: $reason) {
    __typename ... on QuarantinedEventsDiscarded { discarded skipped }
    ... on QuarantineRefused { fault message } } }`;

/** Sent by two keys, two for each of two reasons, a minute apart. */
const sent: { readonly messageId: string; readonly minute: string }[] = [];

beforeAll(async () => {
  for (const [index, turn] of ['a', 'b', 'a', 'b'].entries()) {
    const minute = `2026-11-20T10:0${index}:00.000Z`;
    api.clock.set(minute);
    const key = turn === 'a' ? await api.key() : await api.key('events:write');
    const nameless = { name: 'Page Viewed', identifiers: [], messageId: `nameless-${index}` };
    const blank = { name: '', identifiers: [userIdentifier('ada')], messageId: `blank-${index}` };
    await recordEvents(api, [nameless], { key });
    await recordEvents(api, [blank], { key });
    sent.push({ messageId: nameless.messageId, minute }, { messageId: blank.messageId, minute });
  }
});

async function list(variables: object = {}): Promise<readonly Quarantined[]> {
  const { quarantinedEvents } = await api.data<Page>(LIST, { first: 100, ...variables });
  return quarantinedEvents.edges.map(({ node }) => node);
}

async function listed(filter: object): Promise<readonly string[]> {
  return (await list({ filter })).map(({ messageId }) => messageId);
}

async function get(id: string): Promise<Quarantined | null> {
  return (await api.data<{ quarantinedEvent: Quarantined | null }>(ONE, { id })).quarantinedEvent;
}

async function setAside(event: Partial<SentEvent> & { messageId: string }): Promise<string> {
  await recordEvents(api, [{ name: 'Page Viewed', identifiers: [], ...event }]);
  const found = (await list()).find(({ messageId }) => messageId === event.messageId);
  if (found === undefined) throw new Error('It was not set aside.');
  return found.id;
}

describe('the list', () => {
  it('has what was sent, newest first, each by its id as well', async () => {
    const all = await list();
    expect(all.map(({ firstReceivedAt }) => firstReceivedAt)).toEqual(
      sent.map(({ minute }) => minute).toReversed(),
    );
    const one = all.find(({ messageId }) => messageId === 'nameless-0');
    expect(one).toEqual({
      id: expect.stringMatching(/^qtn_[0-9a-f]{32}$/),
      source: 'key:test 1',
      messageId: 'nameless-0',
      reason: 'NO_USABLE_IDENTIFIER',
      detail: 'The event names nobody.',
      payload: '{"messageId":"nameless-0","name":"Page Viewed","identifiers":[]}',
      event: { messageId: 'nameless-0', name: 'Page Viewed', identifiers: [] },
      firstReceivedAt: '2026-11-20T10:00:00.000Z',
      lastReceivedAt: '2026-11-20T10:00:00.000Z',
      timesReceived: 1,
      state: 'PENDING',
      eventId: null,
      settledAt: null,
      settledBy: null,
      settlementReason: null,
      correction: null,
    });
    expect(await get(one?.id ?? '')).toEqual(one);
    expect(await get(`qtn_${'0'.repeat(32)}`)).toBeNull();
  });

  it('gives every one once, page by page', async () => {
    const all = (await list()).map(({ id }) => id);
    for (const first of [1, 3, 8]) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: Page = await api.data<Page>(LIST, { first, after });
        seen.push(...page.quarantinedEvents.edges.map(({ node }) => node.id));
        const { hasNextPage, endCursor } = page.quarantinedEvents.pageInfo;
        after = hasNextPage ? endCursor : null;
      } while (after !== null);
      expect(seen).toEqual(all);
    }
  });

  it.each<[string, object, number[], string[]]>([
    ['source', { source: 'key:test 2' }, [3, 1], ['blank', 'nameless']],
    ['reason', { reason: 'MISSING_NAME' }, [3, 2, 1, 0], ['blank']],
    ['first arrival', { since: '2026-11-20T10:02:00Z' }, [3, 2], ['blank', 'nameless']],
    ['end', { until: '2026-11-20T10:01:00Z' }, [0], ['blank', 'nameless']],
    ['state', { state: 'DISCARDED' }, [], []],
    [
      'all at once',
      {
        source: 'key:test 1',
        reason: 'MISSING_NAME',
        state: 'PENDING',
        since: '2026-11-20T10:01:00Z',
        until: '2026-11-20T10:03:00Z',
      },
      [2],
      ['blank'],
    ],
  ])('is filtered by %s', async (_what, filter, indices, kinds) => {
    const expected = indices.flatMap((index) => kinds.map((kind) => `${kind}-${index}`));
    expect([...(await listed(filter))].sort()).toEqual(expected.sort());
  });

  it('is counted by source and reason', async () => {
    const { quarantineCounts } = await api.data<{ quarantineCounts: unknown }>(
      '{ quarantineCounts { source reason pending } }',
    );
    expect(quarantineCounts).toEqual(
      ['key:test 1', 'key:test 2'].flatMap((source) =>
        ['MISSING_NAME', 'NO_USABLE_IDENTIFIER'].map((reason) => {
          return { source, reason, pending: '2' };
        }),
      ),
    );
  });
});

it('is corrected and replayed, under the name of its source, when it arrived', async () => {
  api.clock.set('2026-11-20T11:00:00.000Z');
  const id = await setAside({ messageId: 'to-mend', properties: { page: '/cart' } });
  api.clock.set('2026-11-22T11:00:00.000Z');
  const event = { name: 'Page Viewed', identifiers: [userIdentifier('mended')] };
  const { correctQuarantinedEvent: corrected } = await api.data<Record<string, Quarantined>>(
    CORRECT,
    { id, event, reason: 'They forgot who it was.' },
  );
  expect(corrected).toMatchObject({
    __typename: 'QuarantinedEvent',
    state: 'PENDING',
    event: { messageId: 'to-mend', identifiers: [], properties: { page: '/cart' } },
    correction: {
      event: { ...event, messageId: 'to-mend' },
      reason: 'They forgot who it was.',
      actor: 'key:test 1',
      correctedAt: '2026-11-22T11:00:00.000Z',
    },
  });
  const { replayQuarantinedEvents: replayed } = await api.data<
    Record<string, { outcomes: readonly { eventId: string; profileId: string }[] }>
  >(REPLAY, { ids: [id] });
  expect(replayed).toEqual({
    accepted: 1,
    duplicates: 0,
    quarantined: 0,
    outcomes: [
      {
        id,
        status: 'ACCEPTED',
        eventId: expect.stringMatching(/^evt_/),
        profileId: expect.stringMatching(/^prf_/),
        reason: null,
        detail: null,
      },
    ],
    pageInfo: { hasNextPage: false, endCursor: null },
  });
  const outcome = replayed?.outcomes[0];
  expect(await get(id)).toMatchObject({
    state: 'REPLAYED',
    eventId: outcome?.eventId,
    settledBy: 'key:test 1',
    settledAt: '2026-11-22T11:00:00.000Z',
  });
  const { profile } = await api.data<{ profile: unknown }>(
    `query ($id: ID!) { profile(id: $id) {
      events { edges { node { id source messageId occurredAt receivedAt } } } } }`,
    { id: outcome?.profileId },
  );
  const time = '2026-11-20T11:00:00.000Z';
  const node = {
    id: outcome?.eventId,
    source: 'key:test 1',
    messageId: 'to-mend',
    occurredAt: time,
    receivedAt: time,
  };
  expect(profile).toEqual({ events: { edges: [{ node }] } });
});

it('is replayed by a filter, a part at a time and oldest first', async () => {
  const filter = { reason: 'MISSING_NAME', state: 'PENDING' };
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const { replayQuarantinedEvents: part }: Record<string, Replayed> = await api.data<
      Record<string, Replayed>
    >(REPLAY, { filter, limit: 3, after });
    seen.push(...(part?.outcomes ?? []).map(({ id }) => id));
    after = part?.pageInfo.hasNextPage === true ? part.pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual((await list({ filter })).map(({ id }) => id).toReversed());
  expect(seen).toHaveLength(4);
});

it('is discarded for good, and cleared away after 30 days', async () => {
  api.clock.set('2026-11-23T00:00:00.000Z');
  const id = await setAside({ messageId: 'to-discard' });
  const { discardQuarantinedEvents } = await api.data<Record<string, object>>(DISCARD, {
    ids: [id],
    reason: 'A test',
  });
  expect(discardQuarantinedEvents).toMatchObject({ discarded: 1, skipped: 0 });
  expect(await get(id)).toMatchObject({
    state: 'DISCARDED',
    settlementReason: 'A test',
    settledBy: 'key:test 1',
  });
  expect(await listed({ state: 'DISCARDED' })).toEqual(['to-discard']);
  api.clock.set('2026-12-23T00:00:00.001Z');
  const job = jobsOf(api.app).find(({ name }) => name === 'clear-quarantine');
  expect(await job?.run(api.clock.now())).toBeGreaterThan(0);
  expect(await get(id)).toBeNull();
});

it.each<[string, string, object, object]>([
  ['a settled one', CORRECT, { reason: 'x' }, { fault: 'SETTLED' }],
  [
    'another message id',
    CORRECT,
    { reason: 'x', messageId: 'new' },
    { fault: 'MESSAGE_ID_DIFFERS' },
  ],
  ['no reason to discard', DISCARD, { reason: ' ' }, { fault: 'REASON_MISSING' }],
])(
  '%s is refused',
  async (what, operation, { messageId, ...rest }: { messageId?: string }, fault) => {
    const id = await setAside({ messageId: `refused ${what}` });
    if (what === 'a settled one') await api.data(DISCARD, { ids: [id], reason: 'x' });
    const event = { name: 'A', identifiers: [userIdentifier('ada')], messageId };
    const variables = operation === CORRECT ? { id, event, ...rest } : { ids: [id], ...rest };
    const [result] = Object.values(await api.data<Record<string, object>>(operation, variables));
    expect(result).toMatchObject({ __typename: 'QuarantineRefused', ...fault });
  },
);

it.each<[string, string, object]>([
  ['neither ids nor filter', REPLAY, {}],
  ['both', REPLAY, { ids: [], filter: {} }],
  ['settled ones', REPLAY, { filter: { state: 'REPLAYED' } }],
  ['none of a filter', REPLAY, { filter: {}, limit: 0 }],
  ['too many of a filter', REPLAY, { filter: {}, limit: 5_001 }],
  ['too many ids', DISCARD, { ids: Array(501).fill(`qtn_${'0'.repeat(32)}`), reason: 'x' }],
  ['the id of something else', ONE, { id: `evt_${'0'.repeat(32)}` }],
  ['no cursor', LIST, { after: 'x' }],
])('%s is no valid input', async (_what, operation, variables) => {
  const { errors } = await api.query(operation, variables as Record<string, unknown>);
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['INVALID_INPUT']);
});
