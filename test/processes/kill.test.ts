import { Random } from '../../seeds/random';
import { userIdentifier } from '../support/actions';
import { EventLoad, type LoadEvent, MESSAGE_ID_FORM, namesOf } from '../support/event-load';
import { KillablePostgres } from '../support/killable-postgres';
import { type RunningServer, useProduct } from '../support/processes';
import { graphFaults } from '../support/profile-graph';
import { StatementProxy, type TearPoint, type TornTransaction } from '../support/statement-proxy';

/**
 * When 200 or the mutation returns, the events survive a kill -9 of the server or the database,
 * and the profile shows them: one load, in the middle of which both are killed again and again.
 */

jest.setTimeout(600_000);

const CUSTOMERS = 24;
const SOURCE = 'source:load';

const place = useProduct('EMBEDDED');
const random = Random.of('kill -9');
const load = new EventLoad(
  {
    customers: CUSTOMERS,
    senders: ['batch', 'batch', 'track', 'track', 'graphql', 'graphql'],
    random: Random.of('kill -9', 'load'),
  },
  {
    origin: () => server.url,
    get writeKey() {
      return writeKey;
    },
  },
);

let postgres: KillablePostgres;
let proxy: StatementProxy;
let settings: Readonly<Record<string, string>>;
let server: RunningServer;
let apiKey = '';
let writeKey = '';

beforeAll(async () => {
  postgres = await KillablePostgres.start();
  proxy = new StatementProxy(postgres, MESSAGE_ID_FORM);
  const url = new URL(postgres.url);
  url.port = String(await proxy.listen());
  // Jobs write too; what they do is not what is counted here.
  settings = { DATABASE_URL: url.toString(), JOBS: 'false', LOG_LEVEL: 'error' };
  apiKey = await place.product.createKey(settings);
  server = await place.product.startServer(settings);
  const { data } = await server.query<{ createSource: { secret: string } }>(
    apiKey,
    `mutation { createSource(input: { name: "load", scopes: [EVENTS_WRITE, PROFILES_READ] }) { ... on SourceCreated { secret } } }`,
  );
  writeKey = data?.createSource.secret ?? '';
});

afterAll(async () => {
  load.abandon();
  if (!server.program.hasEnded) {
    server.program.kill('SIGTERM');
    await server.program.end();
  }
  proxy.close();
  await postgres.discard();
});

type Victim = 'the server' | 'PostgreSQL' | 'one backend' | 'both';

interface KillPoint {
  readonly victim: Victim;
  /** A place in a transaction, or after so many more answers. */
  readonly at: TearPoint | { readonly answers: number };
}

function killPoints(): readonly KillPoint[] {
  const places: readonly (readonly [Victim, readonly TearPoint[]])[] = [
    ['the server', [2, 8, 'COMMIT_NOT_SENT', 'COMMIT_SENT', 'COMMIT_DONE']],
    ['PostgreSQL', [3, 10, 'COMMIT_NOT_SENT', 'COMMIT_SENT', 'COMMIT_DONE']],
    ['one backend', [5, 'COMMIT_NOT_SENT', 'COMMIT_SENT', 'COMMIT_DONE']],
    ['both', ['COMMIT_DONE']],
  ];
  const moments: readonly (readonly [Victim, number])[] = [
    ['the server', 4],
    ['PostgreSQL', 5],
    ['one backend', 5],
    ['both', 1],
  ];
  return random.shuffled([
    ...places.flatMap(([victim, points]) => points.map((at) => ({ victim, at }))),
    ...moments.flatMap(([victim, times]) =>
      Array.from({ length: times }, () => ({ victim, at: { answers: random.integer(1, 12) } })),
    ),
  ]);
}

let thrownOut: readonly number[] = [];

/** Makes ready to kill -9. @returns what does it, at once, and lets nobody send any more */
async function prepareStrike(victim: Victim, torn: TornTransaction | null): Promise<() => void> {
  const { postmaster, others, clients, backend } = await postgres.processes(
    torn?.localPort ?? null,
  );
  // One that dies takes all others with it.
  thrownOut = victim === 'one backend' ? clients : [];
  return () => {
    load.pause();
    if (victim === 'the server' || victim === 'both') server.program.kill('SIGKILL');
    if (victim === 'one backend') kill(backend);
    if (victim === 'PostgreSQL' || victim === 'both')
      for (const pid of [postmaster, ...others]) kill(pid);
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** @returns what was torn, where it was at a place in a transaction */
async function killAt({ victim, at }: KillPoint): Promise<TornTransaction | null> {
  if (typeof at !== 'object') {
    const sprung = proxy.setTrap(at, (torn) => prepareStrike(victim, torn));
    return Promise.race([sprung, load.broken]);
  }
  await load.answered(at.answers);
  const strike = await prepareStrike(victim, null);
  strike();
  return null;
}

async function restart(victim: Victim): Promise<void> {
  if (victim === 'PostgreSQL') {
    expect([await server.health('live'), await server.health('ready')]).toEqual([200, 503]);
    for (const door of ['track', 'graphql'] as const) {
      const reply = await load.probe(door);
      expect([door, reply.status, Number(reply.headers.get('retry-after')) > 0]).toEqual([
        door,
        503,
        true,
      ]);
    }
  }
  if (victim === 'PostgreSQL' || victim === 'both') await postgres.restart();
  else await postgres.recovered(thrownOut);
  if (victim === 'the server' || victim === 'both') {
    expect(await server.program.end()).toBe('SIGKILL');
    await postgres.abandoned();
    server = await place.product.startServer(settings);
  }
  await load.settled();
}

async function storedIds(): Promise<readonly string[]> {
  const rows = await postgres.query<{ id: string }>(
    'select message_id as id from event where source = $1',
    [SOURCE],
  );
  return rows.map(({ id }) => id);
}

/** Profiles of which anything says other than their events: half of a batch, or a batch twice. */
async function halfWritten(): Promise<readonly object[]> {
  return postgres.query(
    `with told as (
       select i.profile_id, count(*) as events,
         count(*) filter (where e.name = 'Order Completed') as orders,
         coalesce(sum((e.properties->>'revenue')::int), 0) as revenue
       from event e join identifier i using (identifier_id) group by 1
     ), days as (
       select profile_id, sum(events) as events, sum(orders) as orders,
         sum(revenue_minor) as minor
       from activity_day group by 1
     )
     select told.*, days.events as day_events, days.orders as day_orders, days.minor,
       v.orders as value_orders, v.revenue_minor, a.balance, a.lifetime_points
     from told full join days using (profile_id)
     left join customer_value v using (profile_id) left join loyalty_account a using (profile_id)
     where (told.events, told.orders, told.revenue * 100)
         is distinct from (days.events, days.orders, days.minor)
       or (told.orders, told.revenue * 100)
         is distinct from (coalesce(v.orders, 0), coalesce(v.revenue_minor, 0))
       -- A point for each whole unit of the currency.
       or (told.revenue, told.revenue)
         is distinct from (coalesce(a.balance, 0), coalesce(a.lifetime_points, 0))`,
  );
}

/** What must be so before anything is sent again. @returns the ids of what is stored */
async function expectPromisesKept(where: string): Promise<ReadonlySet<string>> {
  const ids = await storedIds();
  const stored = new Set(ids);
  const [counted] = await postgres.query<{ receipts: number; accepted: number }>(
    `select (select count(*)::int from event_receipt) as receipts,
       (select coalesce(sum(times), 0)::int from event_count
        where source = $1 and outcome = 'ACCEPTED') as accepted`,
    [SOURCE],
  );
  expect({
    where,
    lost: [...load.acknowledged.keys()].filter((id) => !stored.has(id)),
    twice: ids.length - stored.size,
    halfWritten: await halfWritten(),
    faults: await graphFaults(postgres),
    counted,
    wrongs: load.wrongs,
  }).toEqual({
    where,
    lost: [],
    twice: 0,
    halfWritten: [],
    faults: [],
    counted: { receipts: stored.size, accepted: stored.size },
    wrongs: [],
  });
  return stored;
}

/** Whether what was torn is there depends on how far it had come. */
function expectAllOrNothing(
  where: string,
  at: KillPoint['at'],
  { messageIds }: TornTransaction,
  stored: ReadonlySet<string>,
): void {
  const ids = [...messageIds];
  const there = ids.filter((id) => stored.has(id));
  if (at === 'COMMIT_DONE') expect([where, there]).toEqual([where, ids]);
  else if (at === 'COMMIT_SENT') expect([0, ids.length]).toContain(there.length);
  else expect([where, there]).toEqual([where, []]);
  // Nobody was told of it.
  expect([where, ids.filter((id) => load.acknowledged.has(id))]).toEqual([where, []]);
}

interface Shown {
  readonly events: {
    readonly edges: readonly { readonly node: { readonly messageId: string } }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
  readonly value: {
    readonly orders: number;
    readonly lifetimeRevenue: { readonly amount: string };
  };
  readonly loyalty: { readonly balance: string; readonly lifetimePoints: string };
}

async function shown(customer: number, after: string | null = null): Promise<Shown> {
  const { data, text } = await server.query<{ profileByIdentifier: Shown }>(
    apiKey,
    `query ($identifier: IdentifierInput!, $after: String) {
         profileByIdentifier(identifier: $identifier) {
           events(first: 100, after: $after) {
             edges { node { messageId } } pageInfo { endCursor hasNextPage }
           }
           value { orders lifetimeRevenue { amount } }
           loyalty { balance lifetimePoints }
         }
       }`,
    { identifier: userIdentifier(namesOf(customer).user), after },
  );
  if (data?.profileByIdentifier == null) throw new Error(text);
  return data.profileByIdentifier;
}

/** As the API shows a customer, to be compared with what was acknowledged. */
async function customerShown(customer: number): Promise<object> {
  const messageIds: string[] = [];
  let page = await shown(customer);
  for (;;) {
    messageIds.push(...page.events.edges.map(({ node }) => node.messageId));
    const { hasNextPage, endCursor } = page.events.pageInfo;
    if (!hasNextPage) break;
    page = await shown(customer, endCursor);
  }
  const { value, loyalty } = page;
  return {
    messageIds: messageIds.sort(),
    orders: value.orders,
    revenue: Number(value.lifetimeRevenue.amount),
    points: [loyalty.balance, loyalty.lifetimePoints],
  };
}

function customerExpected(customer: number): object {
  const events: readonly LoadEvent[] = [...load.acknowledged.values()].filter(
    (event) => event.customer === customer,
  );
  const orders = events.flatMap(({ revenue }) => (revenue === null ? [] : [revenue]));
  const revenue = orders.reduce((sum, one) => sum + one, 0);
  return {
    messageIds: events.map(({ messageId }) => messageId).sort(),
    orders: orders.length,
    revenue,
    points: [String(revenue), String(revenue)],
  };
}

it('kill -9 of server or database, wherever it strikes, loses no acknowledged event and doubles none', async () => {
  expect(
    await postgres.query(
      `select current_setting('fsync') as fsync,
         current_setting('synchronous_commit') as "synchronousCommit"`,
    ),
  ).toEqual([{ fsync: 'on', synchronousCommit: 'on' }]);
  const points = killPoints();
  expect(points.length).toBeGreaterThanOrEqual(20);

  load.start();
  for (const [index, point] of points.entries()) {
    const where = `${index + 1}: ${point.victim} at ${JSON.stringify(point.at)}`;
    const torn = await killAt(point);
    await restart(point.victim);
    const stored = await expectPromisesKept(where);
    if (torn !== null) expectAllOrNothing(where, point.at, torn, stored);
    load.goOn(stored);
  }
  await load.answered(20);
  await load.finish();

  const stored = await expectPromisesKept('at the end');
  expect(stored.size).toBe(load.acknowledged.size);
  // Of each of the transactions whose answer was lost something was sent again.
  expect(load.duplicates).toBeGreaterThanOrEqual(4);
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    expect([customer, await customerShown(customer)]).toEqual([
      customer,
      customerExpected(customer),
    ]);
  }
  expect(server.program.stdout).not.toMatch(/"level":"(error|fatal)"/);
});
