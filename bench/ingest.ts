import { Random } from '../seeds/random';
import { createApp, jobsOf } from '../src/app';
import { readConfig } from '../src/config';
import type { Database } from '../src/platform/database/database';
import { createLogger } from '../src/platform/telemetry/logger';
import { systemClock } from '../src/shared/clock';
import { uuidSource } from '../src/shared/ids';
import type { Bench, BenchOptions, BenchSize, Figure } from './support/bench';
import { type BenchDatabase, withFilled } from './support/databases';
import { measureGrowth } from './support/growth';
import { percentile, ratio, sum, timed } from './support/measure';
import { drawPageViews, userIdOf } from './support/page-views';
import { type CustomerNode, findCustomers, insertPlainly } from './support/plain-events';
import {
  BATCH,
  BATCH_CONNECTIONS,
  checkAccepted,
  drawTurn,
  onEach,
  sendTurn,
} from './support/sending';
import { ServedProcess } from './support/served';

/** What it costs to take events in. docs/benchmarks.md tells what is measured, and why so. */
export const ingestBench: Bench = {
  name: 'ingest',
  description: 'taking events in over HTTP: rate, latency, memory',
  run: async (options) => {
    const { customers } = SIZES[options.size];
    let writeKey = '';
    options.tell(`filling ${customers.toLocaleString('en')} customers`);
    return withFilled(
      options.databaseUrl,
      4,
      async (database) => {
        writeKey = await fill(database, customers);
      },
      async ([served, floor, withFew, withMany]) => {
        if (!(served && floor && withFew && withMany)) throw new Error('No databases.');
        return [
          ...(await benchIngest(served, floor.database, writeKey, options)),
          await benchGrowth([withFew, withMany], writeKey, options),
        ];
      },
    );
  },
};

const SINGLE_CONNECTIONS = 16;
const SOURCE_NAME = 'bench';

interface Size {
  readonly customers: number;
  /** Turns of the server and of the floor, each of `batchesPerTurn` on every connection. */
  readonly turns: number;
  readonly batchesPerTurn: number;
  readonly singles: number;
  /** Events stored before, to see what the number of them does to the rate. */
  readonly few: number;
  readonly many: number;
}

const SIZES: Readonly<Record<BenchSize, Size>> = {
  quick: {
    customers: 10_000,
    turns: 5,
    batchesPerTurn: 5,
    singles: 2_000,
    few: 200_000,
    many: 2_000_000,
  },
  usual: {
    customers: 100_000,
    turns: 20,
    batchesPerTurn: 5,
    singles: 20_000,
    few: 1_000_000,
    many: 4_000_000,
  },
  full: {
    customers: 100_000,
    turns: 20,
    batchesPerTurn: 5,
    singles: 20_000,
    few: 1_000_000,
    many: 20_000_000,
  },
};

/**
 * Customers who each did one thing, and a source. The jobs have done what there is to do for them,
 * as for customers of long ago. @returns the source's write key
 */
async function fill(database: Database, customers: number): Promise<string> {
  const app = createApp({
    config: readConfig({}),
    database,
    logger: createLogger({ level: 'error' }),
    clock: systemClock,
    ids: uuidSource,
  });
  const grantor = { actor: 'bench', scopes: new Set(['events:write'] as const) };
  const created = await app.sources.create({ name: SOURCE_NAME }, grantor);
  if (created.kind !== 'SOURCE_CREATED') throw new Error('There is such a source already.');
  for (let first = 0; first < customers; first += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, customers - first) }, (_, index) => ({
      messageId: uuidSource.next<string>(),
      name: 'Signed Up',
      identifiers: [{ namespace: 'user_id', value: userIdOf(first + index) }],
    }));
    await app.events.ingest('bench', events);
  }
  for (const job of jobsOf(app)) while ((await job.run(systemClock.now())) > 0);
  // What PostgreSQL's own vacuum has long done where the customers are of long ago.
  await database.query('vacuum (analyze)');
  return created.secret;
}

async function benchIngest(
  { url, database }: BenchDatabase,
  floor: Database,
  writeKey: string,
  { size, tell }: BenchOptions,
): Promise<readonly Figure[]> {
  const { customers, turns, batchesPerTurn, singles } = SIZES[size];
  const nodes = await findCustomers(database);
  const random = Random.of('ingest');
  const server = await ServedProcess.start(url, SINGLE_CONNECTIONS);
  try {
    /** The server and the floor in turns, so that both meet the same machine. */
    const takeTurn = async () => {
      const draw = () => drawTurn(batchesPerTurn, customers, random);
      const servedMs = await sendTurn(server, writeKey, draw());
      const plain = await timed(() => onEach(draw(), (views) => plainly(floor, views, nodes)));
      return { servedMs, plainMs: plain.elapsedMs };
    };
    tell('warming up');
    for (let turn = 0; turn < Math.ceil(turns / 4); turn++) await takeTurn();
    const residentBefore = await server.residentKilobytes();
    const servedMs: number[] = [];
    const plainMs: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const taken = await takeTurn();
      servedMs.push(taken.servedMs);
      plainMs.push(taken.plainMs);
    }
    const events = turns * BATCH_CONNECTIONS * batchesPerTurn * BATCH;
    tell(`took in ${events.toLocaleString('en')} events`);

    // The floor is done, and what its rows want of PostgreSQL's upkeep is not the server's to bear:
    // its own rows' goes on.
    await floor.query('vacuum (analyze)');
    // For small batches V8 compiles anew, and connections that had no such batch yet prepare theirs.
    await measureSingles(server, writeKey, customers, singles / 5, random);
    const latencies = await measureSingles(server, writeKey, customers, singles, random);
    const residentAfter = await server.residentKilobytes();
    return [
      {
        name: 'ratio',
        value: ratio(sum(plainMs), sum(servedMs)),
        what: 'taking events in over HTTP in batches of 500, per second',
        floor: 'plain inserts of the rows they add',
        bar: '≥ 0.25',
      },
      {
        name: 'eventsPerSecond',
        value: Math.round((events / sum(servedMs)) * 1000),
        what: 'events taken in per second',
        floor: null,
        bar: null,
      },
      {
        name: 'floorRowsPerSecond',
        value: Math.round((events / sum(plainMs)) * 1000),
        what: 'events plainly inserted per second, with their receipts',
        floor: null,
        bar: null,
      },
      {
        name: 'singleP99Ms',
        value: ratio(percentile(latencies.eachMs, 0.99), 1),
        what: `one event a request, ${SINGLE_CONNECTIONS} connections: 99th percentile in ms`,
        floor: null,
        bar: '≤ 25',
      },
      {
        name: 'singlePerSecond',
        value: Math.round((singles / latencies.elapsedMs) * 1000),
        what: 'the same, per second',
        floor: null,
        bar: '≥ 1000',
      },
      {
        name: 'rssGrowth',
        value: ratio(residentAfter, residentBefore),
        what: 'memory of the server at the end',
        floor: 'after warming up',
        bar: '≤ 1.2',
      },
    ];
  } finally {
    await server.stop();
  }
}

async function benchGrowth(
  databases: readonly [BenchDatabase, BenchDatabase],
  writeKey: string,
  { size, tell }: BenchOptions,
): Promise<Figure> {
  const { few, many } = SIZES[size];
  const source = `source:${SOURCE_NAME}`;
  return {
    name: 'growthRatio',
    value: await measureGrowth(databases, source, writeKey, SIZES[size], tell),
    what: `taking events in with ${many.toLocaleString('en')} stored, per second`,
    floor: `the same with ${few.toLocaleString('en')}`,
    bar: '≥ 0.8',
  };
}

async function measureSingles(
  server: ServedProcess,
  writeKey: string,
  customers: number,
  count: number,
  random: Random,
): Promise<{ readonly eachMs: readonly number[]; readonly elapsedMs: number }> {
  const views = drawPageViews(count, customers, random);
  const bodies = Array.from({ length: SINGLE_CONNECTIONS }, (_, connection) =>
    views
      .filter((_view, index) => index % SINGLE_CONNECTIONS === connection)
      .map((view) => JSON.stringify(view)),
  );
  const eachMs: number[] = [];
  const { elapsedMs } = await timed(() =>
    onEach(bodies, async (body) => {
      const sent = await timed(() => server.post('/v1/track', writeKey, body));
      checkAccepted(sent.result);
      eachMs.push(sent.elapsedMs);
    }),
  );
  return { eachMs, elapsedMs };
}

function plainly(
  floor: Database,
  views: Parameters<typeof insertPlainly>[2],
  nodes: ReadonlyMap<string, CustomerNode>,
): Promise<void> {
  return insertPlainly(floor, `source:${SOURCE_NAME}`, views, nodes);
}
