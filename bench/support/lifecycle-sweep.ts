import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import type { Database } from '../../src/platform/database/database';
import { createLogger } from '../../src/platform/telemetry/logger';
import { dayOf, startOfDay } from '../../src/shared/days';
import { uuidSource } from '../../src/shared/ids';
import type { BenchSize, Figure } from './bench';
import { ratio, sum, timed } from './measure';

/** Profiles for which time has come, among few customers and among many. */
const DUE = 1_000;
const TURNS: Readonly<Record<BenchSize, number>> = { quick: 3, usual: 20, full: 20 };
const WARM_UP = 2;

/**
 * What the sweep takes among many customers, to what it takes among few, where as many are due: in
 * turns, so that both meet the same machine.
 */
export async function benchSweep(
  [amongFew, amongMany]: readonly [Database, Database],
  now: Date,
  size: BenchSize,
): Promise<Figure> {
  const elapsedMs: number[][] = [[], []];
  const turns = Array.from({ length: WARM_UP + TURNS[size] }, (_, turn) => turn);
  for (const database of [amongFew, amongMany]) {
    for (const turn of turns) await leaveAsOfLastNight(database, turn, now);
    // What was filled in and copied is still being written to the disk, for a long time where it is
    // much. In production it has been there for years.
    await database.query('checkpoint');
  }
  for (const turn of turns) {
    for (const [place, database] of [amongFew, amongMany].entries()) {
      await makeDue(database, turn, now);
      const swept = await timed(() => sweep(database, now));
      if (swept.result !== DUE) throw new Error(`${swept.result} were due, and not ${DUE}.`);
      if (turn >= WARM_UP) elapsedMs[place]?.push(swept.elapsedMs);
    }
  }
  return {
    name: 'sweepGrowthRatio',
    value: ratio(sum(elapsedMs[1] ?? []), sum(elapsedMs[0] ?? [])),
    what: `sweeping ${DUE.toLocaleString('en')} due customers among many, time`,
    floor: 'the same among few',
    bar: '≤ 1.5',
  };
}

/**
 * What is recorded of those whose turn it will be is what the engine said at the end of yesterday,
 * as in production: they were filled in by a statement, which reckons no history.
 */
async function leaveAsOfLastNight(database: Database, turn: number, now: Date): Promise<void> {
  const lastNight = new Date(startOfDay(dayOf(now)).getTime() - 1);
  await makeDue(database, turn, lastNight);
  await sweep(database, lastNight);
}

/** Others every time, spread over everybody; nobody else is due. */
async function makeDue(database: Database, turn: number, now: Date): Promise<void> {
  await database.query(
    'update evaluation set next_evaluation_at = null where next_evaluation_at <= $1',
    [now],
  );
  await database.query(
    `update evaluation set next_evaluation_at = $1
     where profile_id in (
       select profile_id from evaluation order by hashtext(profile_id::text || $2), profile_id
       limit $3)`,
    [now, String(turn), DUE],
  );
}

function sweep(database: Database, now: Date): Promise<number> {
  const app = createApp({
    config: readConfig({}),
    database,
    logger: createLogger({ level: 'error' }),
    clock: { now: () => now },
    ids: uuidSource,
  });
  return app.activity.evaluateAllDue(now);
}
