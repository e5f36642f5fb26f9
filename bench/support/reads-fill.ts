import { type App, createApp, jobsOf } from '../../src/app';
import { readConfig } from '../../src/config';
import type { IncomingEvent } from '../../src/domains/events';
import { scopeNames } from '../../src/platform/auth/scopes';
import type { Database } from '../../src/platform/database/database';
import { createLogger } from '../../src/platform/telemetry/logger';
import { systemClock } from '../../src/shared/clock';
import { uuidSource } from '../../src/shared/ids';
import { type DrawnCustomer, drawCustomer } from './reads-customers';
import { onEach } from './sending';

const SOURCE = 'bench';

/** A batch of the pipeline; customers are handed over whole, so that it is a few more at times. */
const EVENTS_PER_BATCH = 480;
const EVENTS_PER_BATCH_MAX = 500;

/** Batches of other customers are taken in beside each other. */
const LANES = 2;

/**
 * Customers with two years behind them, through the same pipeline as everybody's; and all that the
 * jobs have to do for them is done.
 * @returns a key that may read everything
 */
export async function fillCustomers(
  database: Database,
  count: number,
  tell: (line: string) => void,
): Promise<string> {
  const app = createApp({
    config: readConfig({}),
    database,
    logger: createLogger({ level: 'error' }),
    clock: systemClock,
    ids: uuidSource,
  });
  const now = systemClock.now();
  // A code has to be there before it is claimed: those who have one came first.
  const draw = (index: number) => drawCustomer(index, count, now);
  const founders = Math.ceil(count / 5);
  await takeIn(app, founders, (place) => draw(place), tell);
  await giveCodes(app, founders, draw);
  await takeIn(app, count - founders, (place) => draw(founders + place), tell);
  tell('doing what the jobs have to do');
  for (const job of jobsOf(app)) while ((await job.run(systemClock.now())) > 0);
  const { secret } = await app.apiKeys.create(
    { name: SOURCE, scopes: scopeNames },
    { actor: SOURCE, scopes: new Set(scopeNames) },
  );
  await database.query('vacuum (analyze)');
  await database.query('checkpoint');
  return secret;
}

async function takeIn(
  app: App,
  count: number,
  draw: (place: number) => DrawnCustomer,
  tell: (line: string) => void,
): Promise<void> {
  const places = Array.from({ length: LANES }, (_, lane) =>
    Array.from({ length: Math.ceil((count - lane) / LANES) }, (_, index) => index * LANES + lane),
  );
  let events = 0;
  await Promise.all(
    places.map(async (lane) => {
      let batch: IncomingEvent[] = [];
      const hand = async () => {
        for (let start = 0; start < batch.length; start += EVENTS_PER_BATCH_MAX) {
          const part = batch.slice(start, start + EVENTS_PER_BATCH_MAX);
          const { outcomes } = await app.events.ingest(SOURCE, part);
          const refused = outcomes.find(({ status }) => status !== 'ACCEPTED');
          if (refused !== undefined) throw new Error(JSON.stringify(refused));
        }
        events += batch.length;
        batch = [];
      };
      for (const place of lane) {
        batch.push(...draw(place).events);
        if (batch.length >= EVENTS_PER_BATCH) await hand();
      }
      await hand();
    }),
  );
  tell(`${count.toLocaleString('en')} customers did ${events.toLocaleString('en')} things`);
}

async function giveCodes(
  app: App,
  count: number,
  draw: (index: number) => DrawnCustomer,
): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    indexes.filter((index) => index % (2 * LANES) === 2 * lane),
  );
  await onEach(lanes, async (index) => {
    const { userId, code } = draw(index);
    if (code === null) return;
    const profileId = await app.reads.identity.profileIdByIdentifier({
      namespace: 'user_id',
      value: userId,
    });
    if (profileId === null) throw new Error(`Nobody is ${userId}.`);
    const { text: wanted, createdAt } = code;
    const { outcome } = await app.referrals.createCode({ profileId, wanted, createdAt });
    if (outcome !== 'CODE') throw new Error(`There is no code ${wanted}: ${outcome}.`);
  });
}
