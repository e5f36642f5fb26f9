import { PROFILE_CHANGED } from '../../src/platform/live/topics';
import { newUuid } from '../../src/shared/uuid';
import { newProfile } from '../support/actions';
import { startBeside, type TestApi, useApi } from '../support/api';
import { until } from '../support/processes';
import { Subscriber } from '../support/subscriber';

const api = useApi();
const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const PROFILE = 'subscription ($id: ID!) { profileChanged(id: $id) { loyalty { balance } } }';
const TRANSITIONS = 'subscription { lifecycleTransitions { to } }';

interface ProfileChanged {
  readonly profileChanged: { readonly loyalty: { readonly balance: string } };
}

let adjustments = 0;

async function adjust(profileId: string, points: number, by: TestApi = api): Promise<void> {
  adjustments += 1;
  const key = await api.key();
  await by.data(
    `mutation ($input: AdjustPointsInput!) {
      adjustPoints(input: $input) { ... on LoyaltyTransaction { id } } }`,
    { input: { profileId, points, reason: 'Test', idempotencyKey: `key ${adjustments}` } },
    { key },
  );
}

async function beside(settings: Readonly<Record<string, string>> = {}) {
  const other = await startBeside(api, settings);
  cleanUp.push(() => other.stopAll());
  return other;
}

/** The client does not wait between attempts, and the server is away for as long as it takes. */
const UNTIL_IT_SUCCEEDS = Number.POSITIVE_INFINITY;

async function subscriber(url: string, retryAttempts = 0): Promise<Subscriber> {
  const made = new Subscriber(url, { key: await api.key() }, { retryAttempts });
  cleanUp.push(() => made.dispose());
  return made;
}

/** Whom the database shows as telling of changes, and whether they listen. */
async function sessions(): Promise<readonly { readonly pid: number; readonly name: string }[]> {
  return api.database.query(
    `select pid, application_name as name from pg_stat_activity
     where datname = current_database() and application_name like 'perennial live %'`,
  );
}

it('what one server commits the subscribers of the other are told, either way', async () => {
  const other = await beside();
  const id = await newProfile(api, 'anna');
  const here = (await subscriber(api.url)).subscribe<ProfileChanged>(PROFILE, { id });
  const there = (await subscriber(other.url)).subscribe<ProfileChanged>(PROFILE, { id });
  const before = Number((await here.next()).profileChanged.loyalty.balance);
  await there.next();
  for (const [by, balance] of [
    [api, before + 10],
    [other, before + 20],
  ] satisfies [TestApi, number][]) {
    await adjust(id, 10, by);
    for (const messages of [here, there]) {
      const { profileChanged } = await messages.next();
      expect(profileChanged.loyalty.balance).toBe(String(balance));
    }
  }
});

it('where nobody subscribes nothing is told, and from a subscription on everything', async () => {
  const writer = await beside();
  const id = await newProfile(api, 'bert');
  await adjust(id, 1, writer);
  expect(writer.app.live.counts.told).toBe(0);
  // The writer goes on, so that it has just read that nobody listens when somebody begins to.
  let isWriting = true;
  const writing = (async () => {
    while (isWriting) {
      await writer.app.database.transaction(async (tx) => tx.note(PROFILE_CHANGED, [newUuid()]));
    }
  })();
  const messages = (await subscriber(api.url)).subscribe<ProfileChanged>(PROFILE, { id });
  const before = Number((await messages.next()).profileChanged.loyalty.balance);
  await adjust(id, 1, writer);
  isWriting = false;
  await writing;
  expect(Number((await messages.next()).profileChanged.loyalty.balance)).toBe(before + 1);
  expect(writer.app.live.counts.told).toBeGreaterThan(0);
});

it('where the connection that listens is lost, subscribers connect again and are told all', async () => {
  const id = await newProfile(api, 'carl');
  const client = await subscriber(api.url, UNTIL_IT_SUCCEEDS);
  const messages = client.subscribe<ProfileChanged>(PROFILE, { id });
  const transitions = client.subscribe(TRANSITIONS);
  const before = Number((await messages.next()).profileChanged.loyalty.balance);
  expect(await transitions.next()).toEqual({ lifecycleTransitions: null });
  const [session] = (await sessions()).filter(({ name }) => name.endsWith(' listens'));
  await api.database.query('select pg_terminate_backend($1)', [session?.pid]);
  // Whatever is committed meanwhile is in what the new subscription says first.
  await adjust(id, 5);
  let { profileChanged } = await messages.next();
  while (Number(profileChanged.loyalty.balance) !== before + 5) {
    profileChanged = (await messages.next()).profileChanged;
  }
  expect(await transitions.next()).toEqual({ lifecycleTransitions: null });
  expect(client.closes[0]).toMatchObject({ code: 1012, reason: 'SUBSCRIPTION_INTERRUPTED' });
  await adjust(id, 5);
  const next = await messages.next();
  expect(Number(next.profileChanged.loyalty.balance)).toBe(before + 10);
});

it('where the connection of who writes is lost, it is told later', async () => {
  const writer = await beside();
  const id = await newProfile(api, 'dora');
  const client = await subscriber(api.url);
  const messages = client.subscribe<ProfileChanged>(PROFILE, { id });
  const before = Number((await messages.next()).profileChanged.loyalty.balance);
  await adjust(id, 1, writer);
  await messages.next();
  const [session] = (await sessions()).filter(({ name }) => !name.endsWith(' listens'));
  await api.database.query('select pg_terminate_backend($1)', [session?.pid]);
  await adjust(id, 1, writer);
  expect(Number((await messages.next()).profileChanged.loyalty.balance)).toBe(before + 2);
});

it('a process that ends without a word interrupts, since it may have had one', async () => {
  const id = await newProfile(api, 'emma');
  const client = await subscriber(api.url, UNTIL_IT_SUCCEEDS);
  const writer = await beside();
  await writer.app.live.appear();
  const messages = client.subscribe<ProfileChanged>(PROFILE, { id });
  await messages.next();
  const [session] = (await sessions()).filter(({ name }) => !name.endsWith(' listens'));
  // It has nothing to tell any more, so that it does not come again.
  await api.database.query('select pg_terminate_backend($1)', [session?.pid]);
  expect(await client.closed()).toMatchObject({ code: 1012 });
  await messages.next();
});

it('a process that says farewell interrupts nobody', async () => {
  const id = await newProfile(api, 'frida');
  const client = await subscriber(api.url);
  const writer = await startBeside(api);
  await writer.app.live.appear();
  const messages = client.subscribe<ProfileChanged>(PROFILE, { id });
  await messages.next();
  await writer.stopAll();
  await until(async () => (await sessions()).length === 1);
  const { interruptions } = api.app.live.counts;
  // A beat of the listener reads the roster and hears its echo.
  const { heard } = api.app.live.counts;
  await until(async () => api.app.live.counts.heard > heard + 1);
  expect(api.app.live.counts.interruptions).toBe(interruptions);
  expect(client.closes).toEqual([]);
});
