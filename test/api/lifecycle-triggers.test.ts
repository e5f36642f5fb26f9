import { ActivityReads } from '../../src/domains/activity';
import { DayEventReads, defaultEventMap } from '../../src/domains/events';
import { LifecycleReads, TriggerReads } from '../../src/domains/lifecycle';
import { firstRows } from '../../src/platform/database/keyset';
import { RequestContext } from '../../src/platform/graphql/context';
import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { listeningSql } from '../support/statements';

/** Which event brought a change of stage about. */
const api = useApi();

interface Transition {
  readonly to: string;
  readonly cause: string;
  readonly occurredAt: string;
  readonly triggeringEvent: { readonly messageId: string; readonly occurredAt: string } | null;
}

const HISTORY = `lifecycle { history(first: 100) { edges { node {
  to cause occurredAt triggeringEvent { messageId occurredAt name properties }
} } } }`;

async function historyOf(userId: string): Promise<readonly Transition[]> {
  const { profileByIdentifier } = await api.data<{
    profileByIdentifier: {
      lifecycle: { history: { edges: readonly { readonly node: Transition }[] } };
    };
  }>(
    `query ($id: String!) {
      profileByIdentifier(identifier: { namespace: "user_id", value: $id }) { ${HISTORY} } }`,
    { id: userId },
  );
  return profileByIdentifier.lifecycle.history.edges.map(({ node }) => node).reverse();
}

function visit(userId: string, messageId: string, occurredAt: string) {
  return { name: 'Page Viewed', messageId, occurredAt, identifiers: [userIdentifier(userId)] };
}

function buy(userId: string, messageId: string, occurredAt: string) {
  return order(userId, 10, { messageId, occurredAt });
}

test('is the order that made the day, and not the page that was opened before it', async () => {
  await recordEvents(api, [
    buy('ada', 'first', '2026-08-01T09:00:00Z'),
    visit('ada', 'looks', '2026-08-11T09:00:00Z'),
    buy('ada', 'buys', '2026-08-11T10:00:00Z'),
    visit('ada', 'leaves', '2026-08-11T11:00:00Z'),
  ]);
  const histories = await historyOf('ada');
  expect(histories).toMatchObject([
    { to: 'ACQUISITION', cause: 'EVENT', triggeringEvent: { messageId: 'first' } },
    {
      to: 'EXPLORATION',
      cause: 'EVENT',
      occurredAt: '2026-08-11T09:00:00.000Z',
      triggeringEvent: {
        messageId: 'buys',
        occurredAt: '2026-08-11T10:00:00.000Z',
        name: 'Order Completed',
        properties: { revenue: 10 },
      },
    },
    { to: 'CHURN', cause: 'TIME', triggeringEvent: null },
  ]);
});

test('is the event that came late, and that of an absorbed profile', async () => {
  await recordEvents(api, [
    buy('bob', 'later', '2026-10-11T10:00:00Z'),
    {
      ...buy('bob', 'elsewhere', '2026-10-01T10:00:00Z'),
      identifiers: [{ namespace: 'email', value: 'bob@x.io' }],
    },
  ]);
  const both = [userIdentifier('bob'), { namespace: 'email', value: 'bob@x.io' }];
  await newProfile(api, 'bob', {
    ...visit('bob', 'links', '2026-10-12T00:00:00Z'),
    identifiers: both,
  });
  expect(await historyOf('bob')).toMatchObject([
    { to: 'ACQUISITION', triggeringEvent: { messageId: 'elsewhere' } },
    { to: 'EXPLORATION', triggeringEvent: { messageId: 'later' } },
  ]);
});

test('of two at one instant it is the same, whichever came first', async () => {
  const events = (user: string) =>
    ['a', 'b'].map((id) => buy(user, `${id} ${user}`, '2026-11-02T10:00:00Z'));
  await recordEvents(api, events('eve'));
  for (const event of events('fay').reverse()) await recordEvents(api, [event]);
  expect(await historyOf('eve')).toMatchObject([{ triggeringEvent: { messageId: 'a eve' } }]);
  expect(await historyOf('fay')).toMatchObject([{ triggeringEvent: { messageId: 'a fay' } }]);
});

test('is not told any more when events of that day are gone', async () => {
  await recordEvents(api, [
    buy('cara', 'march', '2026-03-31T09:00:00Z'),
    buy('cara', 'april', '2026-04-01T09:00:00Z'),
  ]);
  await api.database.query('drop table event_y2026m03');
  expect(await historyOf('cara')).toMatchObject([
    { to: 'ACQUISITION', cause: 'EVENT', triggeringEvent: null },
    { to: 'EXPLORATION', cause: 'EVENT', triggeringEvent: { messageId: 'april' } },
    { to: 'CHURN', cause: 'TIME', triggeringEvent: null },
  ]);
});

test('is not told of a day with more than 500 events', async () => {
  const day = (count: number) =>
    Array.from({ length: count }, (_, place) => {
      const at = new Date(Date.UTC(2026, 9, 1, 10, 0, place));
      return visit('gus', `gus ${place}`, at.toISOString());
    });
  await recordEvents(api, [...day(499), buy('gus', 'gus buys', '2026-10-01T09:00:00Z')]);
  const first = async () => (await historyOf('gus'))[0];
  expect(await first()).toMatchObject({ triggeringEvent: { messageId: 'gus buys' } });
  await recordEvents(api, [visit('gus', 'one more', '2026-10-01T12:00:00Z')]);
  expect(await first()).toMatchObject({ cause: 'EVENT', triggeringEvent: null });
});

test('needs the scope for events; the change itself is told without', async () => {
  await recordEvents(api, [buy('dan', 'dan', '2026-11-01T10:00:00Z')]);
  const { data, errors } = await api.query<{ profileByIdentifier: object }>(
    `{ profileByIdentifier(identifier: { namespace: "user_id", value: "dan" }) { ${HISTORY} } }`,
    {},
    { key: await api.key('profiles:read') },
  );
  expect(errors.map(({ extensions }) => extensions)).toEqual([
    { code: 'FORBIDDEN', scope: 'events:read' },
  ]);
  expect(data?.profileByIdentifier).toMatchObject({
    lifecycle: { history: { edges: [{ node: { to: 'ACQUISITION', triggeringEvent: null } }] } },
  });
});

test('takes as many statements for twenty transitions as for one', async () => {
  const users = Array.from({ length: 10 }, (_, place) => `many-${place}`);
  await recordEvents(
    api,
    users.flatMap((user) => [
      buy(user, `${user} 1`, '2026-11-01T10:00:00Z'),
      buy(user, `${user} 2`, '2026-11-11T10:00:00Z'),
    ]),
  );
  const found = await api.app.reads.lifecycle.historyByPage(
    await Promise.all(
      users.map(async (value) => {
        const key = { namespace: 'user_id', value };
        const profileId = await api.app.reads.identity.profileIdByIdentifier(key);
        if (profileId === null) throw new Error(`Nobody is ${value}.`);
        return { profileId, model: 'five-stage', page: firstRows(10) };
      }),
    ),
  );
  const transitions = found.flat();
  expect(transitions).toHaveLength(20);
  const heard: string[] = [];
  const sql = listeningSql(api.database, (text) => heard.push(text));
  const reads = new TriggerReads(
    new LifecycleReads(sql, api.app.lifecycleRulings),
    new ActivityReads(sql),
    new DayEventReads(sql, defaultEventMap(api.app.currency)),
  );
  const context = new RequestContext('r', { kind: 'KEY', name: 'crm', scopes: new Set() });
  const triggers = await Promise.all(transitions.map((one) => reads.find(context, one)));
  expect(triggers.map((event) => event?.messageId)).toEqual(
    users.flatMap((user) => [`${user} 2`, `${user} 1`]),
  );
  // How many rulings there are, the days, and the events of these days.
  expect(heard).toHaveLength(3);
});
