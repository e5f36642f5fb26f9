import { DatabaseError } from 'pg';
import { useTestDatabase } from '../../../test/support/database';
import { createDataSource } from './data-source';
import { Database, pauseMsMax, type Tx } from './database';
import { prepared } from './prepared';
import { TransactionConflict, Unprepared } from './transaction';

const testing = useTestDatabase();
const { database } = testing;

beforeAll(async () => {
  await database.query('create table note (id integer primary key, text text)');
  await database.query(`
    create table strict_note (
      id integer primary key, twin integer,
      constraint twins foreign key (twin) references strict_note deferrable initially deferred
    )`);
});

beforeEach(async () => {
  await database.query('truncate note, strict_note');
});

async function notes(): Promise<number[]> {
  const rows = await database.query<{ id: number }>('select id from note order by id');
  return rows.map((row) => row.id);
}

function insert(tx: Tx, id: number): Promise<unknown> {
  return tx.query('insert into note (id) values ($1)', [id]);
}

/** A gate that opens when everybody has come. */
function meeting(people: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let come = 0;
  return () => {
    come += 1;
    if (come === people) open();
    return opened;
  };
}

describe('a transaction', () => {
  it('commits what was done and gives what the work gives', async () => {
    expect(
      await database.transaction(async (tx) => {
        await insert(tx, 1);
        return 'done';
      }),
    ).toBe('done');
    expect(await notes()).toEqual([1]);
  });

  it('is not seen by others until then', async () => {
    await database.transaction(async (tx) => {
      await insert(tx, 1);
      expect(await notes()).toEqual([]);
    });
  });

  it.each([
    ['an error', new Error('no')],
    ['something that is no error', 'no'],
    ['nothing', undefined],
  ])('rolls back when the work throws %s, and throws the same', async (_, thrown) => {
    const work = database.transaction(async (tx) => {
      await insert(tx, 1);
      throw thrown;
    });
    await expect(work).rejects.toBe(thrown);
    expect(await notes()).toEqual([]);
  });

  it('fails when the commit fails, and nothing is done', async () => {
    const work = database.transaction(async (tx) => {
      await insert(tx, 1);
      await tx.query('insert into strict_note (id, twin) values (1, 2)');
    });
    await expect(work).rejects.toMatchObject({ code: '23503' });
    expect(await notes()).toEqual([]);
  });

  it('fails when the work hides an error that had aborted it', async () => {
    const work = database.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 1).catch(() => undefined);
      return 'all is well';
    });
    await expect(work).rejects.toThrow(/aborted/);
    expect(await notes()).toEqual([]);
  });

  it('takes no more statements once it has ended', async () => {
    let leaked: Tx | undefined;
    await database.transaction(async (tx) => {
      leaked = tx;
      await insert(tx, 1);
    });
    await expect(insert(leaked as Tx, 2)).rejects.toThrow(/ended/);
    expect(await notes()).toEqual([1]);
  });

  it('is not outlived by a part of its work when another part fails', async () => {
    let rest: Promise<void> | undefined;
    const work = database.transaction(async (tx) => {
      rest = (async () => {
        for (let id = 1; id <= 50; id += 1) await insert(tx, id);
      })();
      await Promise.all([rest, Promise.reject(new Error('no'))]);
    });
    await expect(work).rejects.toThrow('no');
    await rest?.catch(() => undefined);
    expect(await notes()).toEqual([]);
  });
});

describe('a statement that is sent', () => {
  it('is run in its turn', async () => {
    await database.transaction(async (tx) => {
      tx.send('insert into note (id) values ($1)', [1]);
      expect(await tx.query('select id from note')).toEqual([{ id: 1 }]);
      tx.send('update note set id = 2');
    });
    expect(await notes()).toEqual([2]);
  });

  it('fails the transaction where it fails', async () => {
    const work = database.transaction(async (tx) => {
      await insert(tx, 1);
      tx.send('insert into note (id) values ($1)', [1]);
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await notes()).toEqual([]);
  });

  it('fails what is waited for after it with its own error', async () => {
    const told: unknown[] = [];
    const work = database.transaction(async (tx) => {
      tx.send('selec');
      tx.send('insert into note (id) values ($1)', [1]);
      await insert(tx, 2).catch((error: unknown) => told.push(error));
    });
    await expect(work).rejects.toMatchObject({ code: '42601' });
    expect(told).toMatchObject([{ code: '42601' }]);
  });

  it('fails it also where the driver cannot send it', async () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const work = database.transaction(async (tx) => {
      tx.send('insert into note (id) values ($1)', [1]);
      tx.send('update note set text = $1', [circular]);
    });
    await expect(work).rejects.toThrow(/circular/);
    expect(await notes()).toEqual([]);
  });

  it('fails it also where the driver has the name of its statement for another text', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query({ name: 'twice', text: 'select 1' });
      tx.send('insert into note (id) values (1)');
      tx.send({ name: 'twice', text: 'insert into note (id) values (2)' });
    });
    await expect(work).rejects.toThrow(/twice/);
    expect(await notes()).toEqual([]);
  });

  it('fails a rehearsal too', async () => {
    const work = database.rehearse(async (tx) => {
      tx.send('insert into note (id) values (1), (1)');
      return 'all is well';
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
  });

  it('fails it with what its error means', async () => {
    let attempts = 0;
    await database.transaction(async (tx) => {
      attempts += 1;
      tx.send(attempts === 1 ? 'selec' : 'select 1', [], () => new TransactionConflict('again'));
    });
    expect(attempts).toBe(2);
  });
});

describe('a prepared statement', () => {
  it('runs on another connection where its columns have other types since', async () => {
    await database.query('create table thing (kind integer)');
    const statement = prepared('select kind from thing');
    const read = () => database.transaction((tx) => tx.query(statement));
    await database.query('insert into thing values (7)');
    for (let round = 0; round < 6; round += 1) expect(await read()).toEqual([{ kind: 7 }]);
    await database.query(`alter table thing alter kind type text using 'seven'`);
    expect(await read()).toEqual([{ kind: 'seven' }]);
    expect(await read()).toEqual([{ kind: 'seven' }]);
  });

  it('is one of few', () => {
    const prepareMany = () => {
      for (let number = 0; number < 100; number += 1) prepared(`select ${number}`);
    };
    expect(prepareMany).toThrow(/too many/i);
  });
});

describe('trying again', () => {
  it('happens after a deadlock, until both are through', async () => {
    await database.query('insert into note (id) values (1), (2)');
    const met = meeting(2);
    let attempts = 0;
    const update = (first: number, second: number) =>
      database.transaction(async (tx) => {
        attempts += 1;
        await tx.query(`set local deadlock_timeout = '20ms'`);
        await tx.query(`update note set text = concat(text, 'x') where id = $1`, [first]);
        await met();
        await tx.query(`update note set text = concat(text, 'x') where id = $1`, [second]);
      });
    await Promise.all([update(1, 2), update(2, 1)]);
    expect(attempts).toBe(3);
    expect(await database.query('select text from note')).toEqual([{ text: 'xx' }, { text: 'xx' }]);
  });

  it('happens after a serialization failure', async () => {
    await database.query('insert into note (id) values (1)');
    const met = meeting(2);
    let attempts = 0;
    const count = () =>
      database.transaction(async (tx) => {
        attempts += 1;
        await tx.query('set transaction isolation level repeatable read');
        await tx.query('select text from note');
        await met();
        await tx.query(`update note set text = concat(text, 'x')`);
      });
    await Promise.all([count(), count()]);
    expect(attempts).toBe(3);
    expect(await database.query('select text from note')).toEqual([{ text: 'xx' }]);
  });

  it('happens after a conflict that the work found, each time from the beginning', async () => {
    let attempts = 0;
    await database.transaction(async (tx) => {
      attempts += 1;
      await insert(tx, attempts);
      if (attempts < 3) throw new TransactionConflict('not yet');
    });
    expect(await notes()).toEqual([3]);
  });

  it('pauses before each further attempt, and not after the last one', async () => {
    const pauses: number[] = [];
    const pausing = new Database(database.dataSource, async (attempt) => pauses.push(attempt));
    const work = pausing.transaction(async () => {
      throw new TransactionConflict('never');
    });
    await expect(work).rejects.toThrow('never');
    expect(pauses).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('pauses longer each time, within a bound', () => {
    expect([1, 2, 5, 6, 9].map(pauseMsMax)).toEqual([20, 40, 320, 500, 500]);
  });

  it('is counted by cause, and so is giving up', async () => {
    const counting = new Database(database.dataSource, async () => undefined);
    const failing = (times: number, failure: () => Error) => {
      let attempts = 0;
      return counting
        .transaction(async () => {
          attempts += 1;
          if (attempts <= times) throw failure();
        })
        .catch(() => undefined);
    };
    const aborted = (code: string) => () => Object.assign(new Error('aborted'), { code });
    await failing(0, () => new Error('never thrown'));
    await failing(2, () => new TransactionConflict('twice'));
    await failing(10, () => new TransactionConflict('always'));
    await failing(9, aborted('40P01'));
    await failing(1, aborted('40001'));
    await failing(1, aborted('23505'));
    expect(counting.transactionCounts).toEqual({
      retries: { conflict: 12, deadlock: 9 },
      givenUp: { conflict: 1, deadlock: 0 },
    });
  });

  it('is run again once what it lacked is made, outside of it, and is the same attempt still', async () => {
    const counting = new Database(database.dataSource, async () => undefined);
    const attempts: number[] = [];
    const result = await counting.transaction(async (tx, attempt) => {
      attempts.push(attempt);
      const there = await notes();
      if (!there.includes(2)) {
        await insert(tx, 1);
        throw new Unprepared('It lacks 2.', async () => {
          await database.query('insert into note (id) values (2)');
        });
      }
      return there;
    });
    expect(result).toEqual([2]);
    expect(attempts).toEqual([1, 1]);
    expect(counting.transactionCounts.retries).toEqual({ conflict: 0, deadlock: 0 });
  });

  it('is a conflict like others where what it lacks is never there', async () => {
    const counting = new Database(database.dataSource, async () => undefined);
    const work = counting.transaction(async () => {
      throw new Unprepared('It is never there.', async () => undefined);
    });
    await expect(work).rejects.toThrow('It is never there.');
    expect(counting.transactionCounts.givenUp).toEqual({ conflict: 1, deadlock: 0 });
  });

  it('fails where what it lacks cannot be made', async () => {
    const work = database.transaction(async () => {
      throw new Unprepared('It lacks something.', () => Promise.reject(new Error('no room')));
    });
    await expect(work).rejects.toThrow('no room');
  });

  it('ends after ten attempts', async () => {
    let attempts = 0;
    const work = database.transaction(async (tx) => {
      attempts += 1;
      await insert(tx, attempts);
      throw new TransactionConflict('never');
    });
    await expect(work).rejects.toThrow('never');
    expect(attempts).toBe(10);
    expect(await notes()).toEqual([]);
  });

  it.each([
    ['a unique violation', 'insert into note (id) values (1), (1)', '23505'],
    ['a syntax error', 'selec', '42601'],
    ['a cancelled statement', `set local statement_timeout = 1; select pg_sleep(9)`, '57014'],
  ])('does not happen after %s', async (_, statement, code) => {
    let attempts = 0;
    const work = database.transaction(async (tx) => {
      attempts += 1;
      await tx.query(statement);
    });
    await expect(work).rejects.toMatchObject({ code });
    expect(attempts).toBe(1);
  });
});

describe('what comes back', () => {
  it('keeps 64 bits, days and instants as they are', async () => {
    const [row] = await database.query(`
      select 9223372036854775807 as big, (-1)::int8 as negative, 7::int4 as int, null::int8 as none,
        date '2026-02-28' as day, timestamptz '2026-02-28 23:30:00.123+00' as instant,
        '{"a": 1}'::jsonb as json`);
    expect(row).toEqual({
      big: 9223372036854775807n,
      negative: -1n,
      int: 7,
      none: null,
      day: '2026-02-28',
      instant: new Date('2026-02-28T23:30:00.123Z'),
      json: { a: 1 },
    });
  });

  it('is in UTC, whatever the server is set to', async () => {
    expect(await database.query(`select timestamptz '2026-01-01 00:00Z' :: text as text`)).toEqual([
      { text: '2026-01-01 00:00:00+00' },
    ]);
  });

  it('is the rows of RETURNING for a write, and none without', async () => {
    expect(await database.query('insert into note (id) values (1) returning id')).toEqual([
      { id: 1 },
    ]);
    expect(await database.query('update note set text = $1 returning text', ['a'])).toEqual([
      { text: 'a' },
    ]);
    expect(await database.query('delete from note')).toEqual([]);
  });
});

describe('the connections', () => {
  test('are those of the driver whose errors we know', async () => {
    await expect(database.query('select 1 / 0')).rejects.toBeInstanceOf(DatabaseError);
  });

  /** A database with a single connection: one that is not given back is missed at once. */
  async function withOneConnection(work: (single: Database) => Promise<void>): Promise<void> {
    const dataSource = createDataSource({
      url: testing.url,
      poolSizeMax: 1,
      statementTimeoutMs: 20_000,
    });
    await dataSource.initialize();
    try {
      await work(new Database(dataSource));
    } finally {
      await dataSource.destroy();
    }
  }

  it('are given back, whatever happens', async () => {
    await withOneConnection(async (single) => {
      for (let round = 0; round < 3; round += 1) {
        await expect(single.query('selec')).rejects.toThrow();
        await expect(single.transaction((tx) => tx.query('selec'))).rejects.toThrow();
        const refused = single.transaction(async (tx) => {
          await tx.query('insert into strict_note (id, twin) values (1, 2)');
        });
        await expect(refused).rejects.toThrow();
        const hidden = single.transaction((tx) => tx.query('selec').catch(() => undefined));
        await expect(hidden).rejects.toThrow();
      }
      expect(await single.query('select 1 as one')).toEqual([{ one: 1 }]);
    });
  });

  it('are replaced when one is lost in a transaction, of which nothing is done', async () => {
    await withOneConnection(async (single) => {
      let attempts = 0;
      const work = single.transaction(async (tx) => {
        attempts += 1;
        await insert(tx, 1);
        const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await database.query('select pg_terminate_backend($1, 5000)', [row?.pid]);
        await insert(tx, 2);
      });
      await expect(work).rejects.toThrow();
      expect(attempts).toBe(1);
      await single.transaction((tx) => insert(tx, 3));
      expect(await notes()).toEqual([3]);
    });
  });

  it('are replaced when one is lost while nobody uses it', async () => {
    await withOneConnection(async (single) => {
      const [row] = await single.query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.query('select pg_terminate_backend($1, 5000)', [row?.pid]);
      // The news travels by the socket; until it is here the first statement may still fail.
      await single.query('select 1').catch(() => undefined);
      expect(await single.query('select 1 as one')).toEqual([{ one: 1 }]);
    });
  });

  it('cancel what takes too long', async () => {
    const dataSource = createDataSource({
      url: testing.url,
      poolSizeMax: 1,
      statementTimeoutMs: 50,
    });
    await dataSource.initialize();
    try {
      const slow = new Database(dataSource).query('select pg_sleep(30)');
      await expect(slow).rejects.toMatchObject({ code: '57014' });
    } finally {
      await dataSource.destroy();
    }
  });
});
