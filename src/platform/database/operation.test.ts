import { setImmediate as nextTurn } from 'node:timers/promises';
import { useTestDatabase } from '../../../test/support/database';
import { createDataSource } from './data-source';
import { Database } from './database';
import { Operation, type OperationSlot } from './operation';

const testing = useTestDatabase();

/** Of one connection, so that who comes next gets the one that was cancelled. */
let narrow: Database;
const slot: OperationSlot = { operation: null };
let given: Database;

beforeAll(async () => {
  const dataSource = createDataSource({
    url: testing.url,
    poolSizeMax: 1,
    statementTimeoutMs: 20_000,
  });
  await dataSource.initialize();
  narrow = new Database(dataSource);
  given = narrow.within(slot);
  await testing.database.query('create table note (id integer)');
});

afterAll(() => narrow.dataSource.destroy());

beforeEach(() => {
  slot.operation = new Operation();
});

afterEach(async () => {
  slot.operation = null;
  await testing.database.query('truncate note');
  expect(await backendOf(narrow)).toBe(await backendOf(narrow));
});

const reason = new Error('nobody waits any more');

async function backendOf(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
  return row?.pid;
}

/** How many statements with `mark` in their text are running. */
async function running(mark: string): Promise<number> {
  const [row] = await testing.database.query<{ many: number }>(
    `select count(*)::int as many from pg_stat_activity
     where state = 'active' and query like $1 and pid <> pg_backend_pid()`,
    [`%${mark}%`],
  );
  return row?.many ?? 0;
}

async function untilRunning(mark: string, many: number): Promise<void> {
  while ((await running(mark)) !== many) await nextTurn();
}

it('an operation that is given up has its statement cancelled in the database', async () => {
  const pid = await backendOf(narrow);
  const work = expect(given.query('select pg_sleep(20) /* slow */')).rejects.toBe(reason);
  await untilRunning('/* slow */', 1);
  slot.operation?.giveUp(reason);
  await work;
  expect(await running('/* slow */')).toBe(0);
  expect(slot.operation?.givenUpFor).toBe(reason);
  // The connection lives on.
  expect(await backendOf(narrow)).toBe(pid);
});

it('does nothing any more afterwards', async () => {
  slot.operation?.giveUp(reason);
  await expect(given.query('insert into note values (1)')).rejects.toBe(reason);
  await expect(given.transaction((tx) => tx.query('select 1'))).rejects.toBe(reason);
  slot.operation = new Operation();
  expect(await given.query('select id from note')).toEqual([]);
});

it('does not wait for a connection any more, and takes none', async () => {
  await narrow.transaction(async () => {
    const work = expect(given.query('insert into note values (1)')).rejects.toBe(reason);
    slot.operation?.giveUp(reason);
    await work;
  });
  expect(await narrow.query('select id from note')).toEqual([]);
});

it('rolls a transaction back, whichever of its statements is cancelled', async () => {
  const work = expect(
    given.transaction(async (tx) => {
      await tx.query('insert into note values (1)');
      tx.send('select pg_sleep(20) /* sent */');
      await tx.query('insert into note values (2)');
    }),
  ).rejects.toBe(reason);
  await untilRunning('/* sent */', 1);
  slot.operation?.giveUp(reason);
  await work;
  expect(await narrow.query('select id from note')).toEqual([]);
});

it('never cancels what the connection is given next', async () => {
  // Statements of every length, some over when the request to cancel is on its way.
  for (let round = 0; round < 150; round += 1) {
    const operation = new Operation();
    slot.operation = operation;
    const work = given.query(`select pg_sleep(${round % 10} / 1000.0)`).catch((error) => error);
    const next = narrow.query<{ many: number }>('select count(*)::int as many from pg_class');
    const wait = round % 7;
    for (let turn = 0; turn < wait; turn += 1) await nextTurn();
    operation.giveUp(reason);
    const outcome = await work;
    expect(outcome === reason || Array.isArray(outcome)).toBe(true);
    expect(await next).toEqual([{ many: expect.any(Number) }]);
  }
});

it('leaves alone what others do', async () => {
  const other = testing.database.query('select pg_sleep(0.3), 7 as seven');
  const work = expect(given.query('select pg_sleep(20) /* mine */')).rejects.toBe(reason);
  await untilRunning('/* mine */', 1);
  slot.operation?.giveUp(reason);
  await work;
  expect(await other).toMatchObject([{ seven: 7 }]);
});

it('destroys a connection of which it cannot be told whether it was cancelled', async () => {
  const pid = await backendOf(narrow);
  const work = expect(
    given.transaction(async (tx) => {
      // The server is said to be where nobody listens.
      await tx.query('select 1');
      Object.assign(await connectionOf(narrow), { port: 1 });
      await tx.query('select pg_sleep(20) /* lost */');
    }),
  ).rejects.toBe(reason);
  await untilRunning('/* lost */', 1);
  slot.operation?.giveUp(reason);
  await work;
  expect(await backendOf(narrow)).not.toBe(pid);
});

/** The one the pool has, whoever holds it. */
async function connectionOf(database: Database): Promise<object> {
  const { master } = database.dataSource.driver as unknown as {
    readonly master: { readonly _clients: readonly object[] };
  };
  const [client] = master._clients;
  if (client === undefined) throw new Error('The pool has no connection.');
  return client;
}
