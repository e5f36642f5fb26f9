import { Random } from '../seeds/random';
import { createApp } from '../src/app';
import { readConfig } from '../src/config';
import { defaultIdentityPolicy, IdentityService } from '../src/domains/identity';
import type { Database } from '../src/platform/database/database';
import { createLogger } from '../src/platform/telemetry/logger';
import { systemClock } from '../src/shared/clock';
import { type ProfileId, uuidSource } from '../src/shared/ids';
import { type Arrival, drawBatches } from './support/arrivals';
import type { Bench, BenchOptions, Figure } from './support/bench';
import { withDatabases } from './support/databases';
import { ratio, sum, timed } from './support/measure';
import { measureMerges } from './support/merging';
import {
  checkResolution,
  checkSameRows,
  insertPlainly,
  resolveIn,
  toRequests,
} from './support/resolving';
import { countStatements } from './support/statements';

/** What it costs to know who is who. docs/benchmarks.md tells what is measured, and why so. */
export const identityBench: Bench = {
  name: 'identity',
  description: 'the profile graph: merging, resolving, growing',
  run: (options) =>
    withDatabases(options.databaseUrl, 3, async ([merging, graph, floor]) => {
      if (merging === undefined || graph === undefined || floor === undefined) {
        throw new Error('There are no databases.');
      }
      return [
        ...(await benchMerging(merging, options)),
        ...(await benchResolving(graph, floor, options)),
      ];
    }),
};

const BATCH = 500;

async function benchMerging(
  database: Database,
  { size, tell }: BenchOptions,
): Promise<readonly Figure[]> {
  const app = createApp({
    config: readConfig({}),
    database,
    logger: createLogger({ level: 'error' }),
    clock: systemClock,
    ids: uuidSource,
  });
  const turns = size === 'quick' ? 5 : 21;
  tell('merging a profile of 100,000 events, and one of 100');
  const [large = 0, small = 0] = await measureMerges(
    app,
    [
      { name: 'large', events: 100_000, activeDays: 50 },
      { name: 'small', events: 100, activeDays: 50 },
    ],
    turns,
  );
  tell('merging profiles of 1,000, 100 and 10 active days');
  const [thousand = 0, hundred = 0, ten = 0] = await measureMerges(
    app,
    [1_000, 100, 10].map((activeDays) => ({
      name: `days-${activeDays}`,
      events: 1_000,
      activeDays,
    })),
    turns,
  );
  const perTenDays = 'one of 10, events alike';
  return [
    {
      name: 'mergeCostRatio',
      value: ratio(large, small),
      what: 'merging a profile of 100,000 events',
      floor: 'one of 100, active days alike',
      bar: '≤ 2',
    },
    {
      name: 'merge100DaysRatio',
      value: ratio(hundred, ten),
      what: 'merging a profile of 100 active days',
      floor: perTenDays,
      bar: null,
    },
    {
      name: 'merge1000DaysRatio',
      value: ratio(thousand, ten),
      what: 'merging a profile of 1,000 active days',
      floor: perTenDays,
      bar: null,
    },
  ];
}

async function benchResolving(
  graph: Database,
  floor: Database,
  { size, tell }: BenchOptions,
): Promise<readonly Figure[]> {
  const identity = new IdentityService(defaultIdentityPolicy, { ids: uuidSource, rehomings: [] });
  const homes = new Map<number, ProfileId>();
  const resolveMs: number[] = [];
  const insertMs: number[] = [];

  /** One batch here and the same rows there; who goes first makes no difference to either. */
  const takeTurn = async (arrivals: readonly Arrival[]) => {
    const now = systemClock.now();
    const requests = toRequests(arrivals, now);
    const resolved = await timed(() =>
      graph.transaction((tx) => resolveIn(tx, identity, requests, now)),
    );
    const rows = checkResolution(arrivals, requests, resolved.result, homes);
    const inserted = await timed(() => insertPlainly(floor, rows, now));
    return { resolvedMs: resolved.elapsedMs, insertedMs: inserted.elapsedMs };
  };

  const count = size === 'quick' ? 100_000 : 1_000_000;
  let known: readonly Arrival[] = [];
  for (const { isWarmUp, arrivals } of drawBatches(count, BATCH, Random.of('identity'))) {
    const { resolvedMs, insertedMs } = await takeTurn(arrivals);
    if (known.length === 0) await checkSameRows(graph, floor);
    known = arrivals;
    if (isWarmUp) continue;
    resolveMs.push(resolvedMs);
    insertMs.push(insertedMs);
    const done = resolveMs.length * BATCH;
    if (done % (count / 10) === 0) tell(`resolved ${done.toLocaleString('en')} identifiers`);
  }

  const tenth = Math.floor(resolveMs.length / 10);
  const statements = await countKnownBatch(graph, identity, known);
  return [
    {
      name: 'resolveRatio',
      value: ratio(sum(insertMs), sum(resolveMs)),
      what: `resolving ${count.toLocaleString('en')} identifiers, per second`,
      floor: 'plain inserts of the same rows',
      bar: '≥ 0.4',
    },
    {
      name: 'growthRatio',
      value: ratio(sum(resolveMs.slice(0, tenth)), sum(resolveMs.slice(-tenth))),
      what: 'resolving the last tenth of them, per second',
      floor: 'the first tenth',
      bar: '≥ 0.8',
    },
    {
      name: 'floorGrowthRatio',
      value: ratio(sum(insertMs.slice(0, tenth)), sum(insertMs.slice(-tenth))),
      what: 'plain inserts of the last tenth, per second',
      floor: 'the first tenth',
      bar: null,
    },
    {
      name: 'knownBatchStatements',
      value: statements,
      what: `identity's statements for ${BATCH} events of known identifiers`,
      floor: null,
      bar: '≤ 2',
    },
  ];
}

/** Sends the people of a batch that is known by now once more. */
async function countKnownBatch(
  graph: Database,
  identity: IdentityService,
  arrivals: readonly Arrival[],
): Promise<number> {
  const now = systemClock.now();
  const requests = toRequests(arrivals, now);
  if (requests.length !== BATCH) throw new Error('It is to be a full batch.');
  return graph.transaction(async (tx) =>
    countStatements(() => resolveIn(tx, identity, requests, now)),
  );
}
