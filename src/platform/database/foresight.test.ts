import { useTestDatabase } from '../../../test/support/database';
import { statementsDuring } from '../../../test/support/statements';
import { ForeseenRun } from './foreseen-run';
import { Foresight } from './foresight';
import { GatheredSql } from './gathered-sql';
import { KnownReads } from './known-reads';

const { database } = useTestDatabase();

const NOON = new Date('2026-11-27T12:00:00Z');

/** Finds people by name; of each there is one but for the ghost, of whom there is none. */
const FIND = `select name as "personId", length(name) as size from unnest($1::text[]) as asked (name)
  where name <> 'ghost'`;
const SHOUT = 'select upper(name) as loud from unnest($1::text[]) as asked (name)';
const REPEAT = 'select repeat(name, $2::int) as many from unnest($1::text[]) as asked (name)';
/** With a number of times for each name. */
const EACH = `select repeat(name, times) as many
  from unnest($1::text[], $2::int[]) as asked (name, times)`;
const AGE = `select extract(epoch from $2::timestamptz)::int as at, name
  from unnest($1::text[]) as asked (name)`;
/** Fails for names of three letters. */
const DIVIDE = 'select 12 / (length(name) - 3) as part from unnest($1::text[]) as asked (name)';
/** Fails for names of more than three letters, and not for what it is given. */
const ONE_OF_THREE = `select (select * from generate_series(1, length(name) - 2)) as one
  from unnest($1::text[]) as asked (name)`;

type Ask = readonly [text: string, parameters: readonly unknown[]];

/** An operation that finds people and then asks for more of those that were found. */
function operation() {
  const known = new KnownReads();
  const foresight = new Foresight();
  return async (names: readonly string[], asks: (found: string[]) => Ask[], now = NOON) => {
    const sql = new GatheredSql(database, known);
    sql.follow(new ForeseenRun(foresight, now));
    const found = await begin(sql, [[FIND, [names]]]);
    const people = (found[0] as { personId: string }[]).map(({ personId }) => personId);
    const more = await begin(sql, asks(people));
    sql.follow(null);
    return { people, more };
  };
}

async function begin(sql: GatheredSql, asks: readonly Ask[]): Promise<unknown[]> {
  const begun: Promise<unknown>[] = [];
  sql.gather(() => {
    for (const [text, parameters] of asks) begun.push(sql.query(text, parameters));
  });
  return Promise.all(begun);
}

type Run = ReturnType<typeof operation>;

/** Once for the columns of each read, once more for what follows upon what. */
async function learn(run: Run, ...[names, asks, now]: Parameters<Run>): Promise<void> {
  for (let time = 0; time < 2; time += 1) await run(names, asks, now);
}

async function countStatements<Result>(work: () => Promise<Result>) {
  let result: Result | undefined;
  const statements = await statementsDuring(async () => {
    result = await work();
  });
  return { result: result as Result, statements: statements.length };
}

it('sends along what followed the last time, for whoever is found this time', async () => {
  const run = operation();
  const asks = (found: string[]): Ask[] => [
    [SHOUT, [found]],
    [REPEAT, [found, 2]],
  ];
  await learn(run, ['ada'], asks);
  expect(await countStatements(() => run(['bob', 'cy'], asks))).toEqual({
    statements: 1,
    result: {
      people: ['bob', 'cy'],
      more: [
        [{ loud: 'BOB' }, { loud: 'CY' }],
        [{ many: 'bobbob' }, { many: 'cycy' }],
      ],
    },
  });
});

it('knows what is the same for each, however many there are', async () => {
  const run = operation();
  const twice = (found: string[]): Ask[] => [[EACH, [found, found.map(() => 2)]]];
  await learn(run, ['ada'], twice);
  expect(await countStatements(() => run(['bob', 'ghost', 'cy'], twice))).toMatchObject({
    statements: 1,
    result: { more: [[{ many: 'bobbob' }, { many: 'cycy' }]] },
  });
  const often = (found: string[]): Ask[] => [[EACH, [found, found.map(({ length }) => length)]]];
  expect(await countStatements(() => run(['bob', 'cy'], often))).toMatchObject({
    statements: 2,
    result: { more: [[{ many: 'bobbobbob' }, { many: 'cycy' }]] },
  });
});

it('knows what is the same of each, in several ways', async () => {
  const run = operation();
  const ways = (found: string[]): Ask[] => [
    [EACH, [found.flatMap((name) => [name, name]), found.flatMap(() => [1, 3])]],
  ];
  await learn(run, ['ada'], ways);
  expect(await countStatements(() => run(['bob', 'cy'], ways))).toMatchObject({
    statements: 1,
    result: { more: [['bob', 'bobbobbob', 'cy', 'cycycy'].map((many) => ({ many }))] },
  });
});

it('takes a list of one for what is the same for each until it is told otherwise', async () => {
  const run = operation();
  const listed = (found: string[]): Ask[] => [
    [
      'select name from unnest($1::text[]) name where left(name, 1) = any($2::text[])',
      [found, ['a']],
    ],
  ];
  await learn(run, ['ada'], listed);
  const more = [[{ name: 'ada' }]];
  const ask = () => countStatements(() => run(['ada', 'bob'], listed));
  expect(await ask()).toMatchObject({ statements: 2, result: { more } });
  expect(await ask()).toMatchObject({ statements: 1, result: { more } });
  expect(await countStatements(() => run(['ada'], listed))).toMatchObject({ statements: 1 });
});

it('goes on foreseeing for all when some did not want it', async () => {
  const run = operation();
  const ofAll = (found: string[]): Ask[] => [[SHOUT, [found]]];
  const ofSome = (found: string[]): Ask[] => [[SHOUT, [found.slice(1)]]];
  await learn(run, ['ada', 'bob'], ofAll);
  expect(await countStatements(() => run(['ada', 'bob'], ofSome))).toMatchObject({
    statements: 2,
    result: { more: [[{ loud: 'BOB' }]] },
  });
  expect(await countStatements(() => run(['cy', 'dan'], ofAll))).toMatchObject({
    statements: 1,
    result: { more: [[{ loud: 'CY' }, { loud: 'DAN' }]] },
  });
});

it('finds nobody in one statement as well', async () => {
  const run = operation();
  const asks = (found: string[]): Ask[] => (found.length === 0 ? [] : [[SHOUT, [found]]]);
  await learn(run, ['ada'], asks);
  expect(await countStatements(() => run(['ghost'], asks))).toEqual({
    statements: 1,
    result: { people: [], more: [] },
  });
});

it('knows what is the instant of the operation', async () => {
  const run = operation();
  const at = (now: Date) => run(['ada'], (found) => [[AGE, [found, now]]], now);
  for (const hour of ['10', '11']) await at(new Date(`2026-11-27T${hour}:00:00Z`));
  expect(await countStatements(() => at(NOON))).toMatchObject({
    statements: 1,
    result: { more: [[{ at: NOON.getTime() / 1000, name: 'ada' }]] },
  });
});

it('reads what is wanted otherwise than it was foreseen, and foresees that the next time', async () => {
  const run = operation();
  const times = (count: number) => run(['ada'], (found) => [[REPEAT, [found, count]]]);
  await times(2);
  await times(2);
  const more = [[{ many: 'adaadaada' }]];
  expect(await countStatements(() => times(3))).toMatchObject({ statements: 2, result: { more } });
  expect(await countStatements(() => times(3))).toMatchObject({ statements: 1, result: { more } });
});

it('gives several that want the same rows of their own', async () => {
  const run = operation();
  const asks = (found: string[]): Ask[] => [
    [SHOUT, [found]],
    [SHOUT, [found]],
  ];
  await learn(run, ['ada'], asks);
  const { more } = await run(['bob'], asks);
  expect(more).toEqual([[{ loud: 'BOB' }], [{ loud: 'BOB' }]]);
  expect(more[0]).not.toBe(more[1]);
});

it('no longer foresees what turns out otherwise time and again', async () => {
  const run = operation();
  const shouts = (found: string[]): Ask[] => [[SHOUT, [found]]];
  const also = (count: number) => (found: string[]) => [
    ...shouts(found),
    [REPEAT, [found, count]] as const,
  ];
  await learn(run, ['ada'], also(0));
  for (let count = 1; count <= 4; count += 1) await run(['ada'], also(count));
  const { statements, result } = await countStatements(() => run(['ada'], also(4)));
  expect(result.more).toEqual([[{ loud: 'ADA' }], [{ many: 'adaadaadaada' }]]);
  expect(statements).toBe(2);
});

it('no longer sends along what nobody wants', async () => {
  const run = operation();
  const shouts = (found: string[]): Ask[] => [[SHOUT, [found]]];
  await learn(run, ['ada'], (found) => [...shouts(found), [REPEAT, [found, 2]]]);
  for (let time = 0; time < 4; time += 1) await run(['ada'], shouts);
  const [statement] = await statementsDuring(() => run(['ada'], shouts));
  expect(statement).toContain('upper(');
  expect(statement).not.toContain('repeat(');
});

it('no longer sends along what follows for those who want nothing more', async () => {
  const run = operation();
  await learn(run, ['ada'], (found) => [[SHOUT, [found]]]);
  // Of nobody nothing could be wanted.
  for (let time = 0; time < 4; time += 1) await run(['ghost'], () => []);
  expect((await statementsDuring(() => run(['ghost'], () => [])))[0]).toContain('upper(');
  for (let time = 0; time < 4; time += 1) await run(['ada'], () => []);
  expect((await statementsDuring(() => run(['ada'], () => [])))[0]).not.toContain('upper(');
});

it('foresees again what came as it would have been foreseen often enough', async () => {
  const run = operation();
  const asks = (found: string[]): Ask[] => [[SHOUT, [found]]];
  await learn(run, ['ada'], asks);
  for (let time = 0; time < 4; time += 1) await run(['ada'], () => []);
  expect((await countStatements(() => run(['ada'], asks))).statements).toBe(2);
  for (let time = 1; time < 100; time += 1) await run(['ada'], asks);
  expect((await countStatements(() => run(['bob'], asks))).statements).toBe(1);
});

it('keeps no long arrays, which do not come again', async () => {
  const run = operation();
  const others = Array.from({ length: 11 }, (_, index) => `other ${index}`);
  const asks = (found: string[]): Ask[] => [
    [SHOUT, [others]],
    [REPEAT, [found, 1]],
  ];
  await learn(run, ['ada'], asks);
  const [statement, ...more] = await statementsDuring(() => run(['bob'], asks));
  expect(statement).not.toContain('upper(');
  expect(statement).toContain('repeat(');
  expect(more).toHaveLength(1);
});

it('serves each of several runs at once by what was sent for it', async () => {
  const run = operation();
  const times = (name: string, count: number) => run([name], (found) => [[REPEAT, [found, count]]]);
  await times('ada', 1);
  await times('ada', 1);
  const counts = [1, 2, 3, 1, 2, 3];
  const runs = await Promise.all(counts.map((count) => times('bo', count)));
  expect(runs.map(({ more }) => more)).toEqual(
    counts.map((count) => [[{ many: 'bo'.repeat(count) }]]),
  );
});

it('learns from several runs at once', async () => {
  const run = operation();
  const asks = (found: string[]): Ask[] => [[SHOUT, [found]]];
  await run(['ada'], asks);
  await Promise.all(Array.from({ length: 8 }, () => run(['ada'], asks)));
  expect((await countStatements(() => run(['bob'], asks))).statements).toBe(1);
});

it('has what stumbles by itself fail alone, and only when it is wanted', async () => {
  const run = operation();
  const asks = (found: string[]): Ask[] => [[DIVIDE, [found]]];
  await learn(run, ['adam'], asks);
  expect(await run(['bob'], () => [])).toEqual({ people: ['bob'], more: [] });
  await expect(run(['bob'], asks)).rejects.toMatchObject({ code: '22012' });
  expect(await run(['carla'], asks)).toMatchObject({ more: [[{ part: 6 }]] });
});

it('has no guess fail what was asked for', async () => {
  const run = operation();
  const asks = (found: string[]): Ask[] => [[ONE_OF_THREE, [found]]];
  await learn(run, ['ada'], asks);
  expect(await run(['bob'], asks)).toMatchObject({ more: [[{ one: 1 }]] });
  expect(await run(['carla'], () => [])).toEqual({ people: ['carla'], more: [] });
  await expect(run(['carla'], asks)).rejects.toMatchObject({ code: '21000' });
});

it('foresees nothing where several reads come first', async () => {
  const known = new KnownReads();
  const foresight = new Foresight();
  const run = async () => {
    const sql = new GatheredSql(database, known);
    sql.follow(new ForeseenRun(foresight, NOON));
    await begin(sql, [
      [FIND, [['ada']]],
      [FIND, [['bob']]],
    ]);
    return begin(sql, [[SHOUT, [['ada']]]]);
  };
  for (let time = 0; time < 2; time += 1) await run();
  expect(await countStatements(run)).toEqual({ statements: 2, result: [[{ loud: 'ADA' }]] });
});
