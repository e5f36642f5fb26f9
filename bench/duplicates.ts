import { Random } from '../seeds/random';
import { createApp } from '../src/app';
import { readConfig } from '../src/config';
import { defaultDuplicatePolicy } from '../src/domains/duplicates';
import type { Database } from '../src/platform/database/database';
import { createLogger } from '../src/platform/telemetry/logger';
import { systemClock } from '../src/shared/clock';
import { MS_PER_DAY } from '../src/shared/days';
import type { Bench, BenchOptions, Figure } from './support/bench';
import { withDatabases } from './support/databases';
import { ratio, sum, timed } from './support/measure';
import { drawPopulation } from './support/people';
import { fillWith, readPlainly } from './support/profiles';

/** What it costs to find duplicates, and how good what is found is. docs/benchmarks.md tells how. */
export const duplicatesBench: Bench = {
  name: 'duplicates',
  description: 'duplicate candidates: the pass over all profiles, precision and recall',
  run: (options) =>
    withDatabases(options.databaseUrl, 1, async ([database]) => {
      if (database === undefined) throw new Error('There is no database.');
      return benchDuplicates(database, options);
    }),
};

/** The floor reads as many at a time. */
const PAGE = defaultDuplicatePolicy.profilesPerRun;

const PROFILES = { quick: 20_000, usual: 100_000, full: 1_000_000 };

async function benchDuplicates(
  database: Database,
  { size, tell }: BenchOptions,
): Promise<readonly Figure[]> {
  const { duplicateScan } = createApp({
    config: readConfig({}),
    database,
    logger: createLogger({ level: 'error' }),
    clock: systemClock,
    ids: {
      next: () => {
        throw new Error('Nothing is made here.');
      },
    },
  });
  const count = PROFILES[size];
  tell(`filling ${count.toLocaleString('en')} profiles`);
  const population = drawPopulation(count, Random.of('duplicates'));
  const planted = await fillWith(database, population);
  await database.query('analyze');

  const readAfter = (last: string | null) => timed(() => readPlainly(database, last, PAGE));

  /** The plain reading of a page and its scan in turns, so that both meet the same machine. */
  const pass = async (now: Date) => {
    const floorMs: number[] = [];
    const scanMs: number[] = [];
    let last: string | null = null;
    for (let left = count; left > 0; left -= PAGE) {
      const read = await readAfter(last);
      const scanned = await timed(() => duplicateScan.run(now));
      last = read.result;
      if (scanned.result !== Math.min(left, PAGE)) throw new Error('A page is missing.');
      floorMs.push(read.elapsedMs);
      scanMs.push(scanned.elapsedMs);
    }
    // Only now is it known that nobody follows.
    if ((await duplicateScan.run(now)) !== 0) throw new Error('There is a page too many.');
    return { floorMs, scanMs };
  };
  tell('the first pass');
  const first = await pass(systemClock.now());
  tell('the second pass');
  await database.query('analyze');
  const second = await pass(new Date(systemClock.now().getTime() + MS_PER_DAY));
  const perSecond = Math.round((count / sum(first.scanMs)) * 1000);
  tell(`scanned ${perSecond.toLocaleString('en')} profiles per second in the first pass`);

  const found = await database.query<{ pair: string }>(
    `select profile_id || ' ' || other_profile_id as pair from duplicate_candidate`,
  );
  const hits = found.filter(({ pair }) => planted.has(pair)).length;
  tell(`found ${hits} of ${planted.size} planted pairs, and ${found.length - hits} others`);
  const tenth = Math.max(1, Math.floor(first.scanMs.length / 10));
  const floor = 'plain reads of the same rows, page by page';
  return [
    {
      name: 'scanRatio',
      value: ratio(sum(first.floorMs), sum(first.scanMs)),
      what: `scanning ${count.toLocaleString('en')} new profiles, per second`,
      floor,
      bar: null,
    },
    {
      name: 'rescanRatio',
      value: ratio(sum(second.floorMs), sum(second.scanMs)),
      what: 'scanning them again, per second',
      floor,
      bar: null,
    },
    {
      name: 'growthRatio',
      value: ratio(sum(first.scanMs.slice(0, tenth)), sum(first.scanMs.slice(-tenth))),
      what: 'scanning the last tenth of them, per second',
      floor: 'the first tenth',
      bar: '≥ 0.8',
    },
    {
      name: 'floorGrowthRatio',
      value: ratio(sum(first.floorMs.slice(0, tenth)), sum(first.floorMs.slice(-tenth))),
      what: 'plainly reading the last tenth, per second',
      floor: 'the first tenth',
      bar: null,
    },
    {
      name: 'precision',
      value: ratio(hits, found.length),
      what: 'planted pairs found',
      floor: 'all pairs found',
      bar: '≥ 0.8',
    },
    {
      name: 'recall',
      value: ratio(hits, planted.size),
      what: 'planted pairs found',
      floor: 'all pairs planted',
      bar: '≥ 0.6',
    },
  ];
}
