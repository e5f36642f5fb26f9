import { systemClock } from '../../src/shared/clock';
import { MS_PER_DAY } from '../../src/shared/days';
import { createTestApp } from '../support/app';
import { TestClock } from '../support/clock';
import { useTestDatabase } from '../support/database';
import { type RunningProgram, until, useProduct } from '../support/processes';

jest.setTimeout(120_000);

/** A page of a rollout, and a part of a second. */
const CUSTOMERS = 1_200;
const PAGE = 1_000;

const place = useProduct('CLONE');
const { url, database } = useTestDatabase();
const clock = new TestClock(systemClock.now().toISOString());
const app = createTestApp(database, clock);

function startWorker(): RunningProgram {
  return place.product.run('worker', [], { DATABASE_URL: url, JOB_INTERVAL_MS: '100' });
}

/** Each came once, 40 days ago. */
async function takeIn(customers: number): Promise<void> {
  const occurredAt = new Date(clock.now().getTime() - 40 * MS_PER_DAY);
  for (let from = 0; from < customers; from += 500) {
    await app.events.ingest(
      'test',
      Array.from({ length: Math.min(500, customers - from) }, (_, index) => ({
        messageId: String(from + index),
        name: 'Page Viewed',
        occurredAt,
        identifiers: [{ namespace: 'user_id', value: `customer-${from + index}` }],
      })),
    );
  }
}

/** Whoever is not there for twice as long is new still: it moves every customer. */
async function activatePatientModel(): Promise<void> {
  const preset = await app.reads.lifecycleVersions.find('five-stage', 1);
  const text = JSON.stringify(preset?.document, (_key, value) =>
    value?.fact === 'tenureDays' ? { ...value, threshold: 2 * value.threshold } : value,
  );
  const draft = { name: 'five-stage', document: JSON.parse(text), note: '' };
  expect(await app.lifecycleVersions.save(draft, 'test')).toMatchObject({ version: 2 });
  await app.lifecycleVersions.activate('five-stage', 2, 'Test', 'test');
}

const progress = () => app.reads.lifecycleRollout.progressOf('five-stage');

const states = () =>
  database.query<{ version: number; stage: string; customers: number }>(
    `select model_version as version, stage, count(*)::int as customers
     from lifecycle_state group by 1, 2 order by 1`,
  );

it('kill -9 of a worker in the midst of a rollout leaves its page to the next one, whole', async () => {
  await takeIn(CUSTOMERS);
  expect(await states()).toEqual([{ version: 1, stage: 'EXPLORATION', customers: CUSTOMERS }]);
  await activatePatientModel();

  // Somebody holds a state of the second page, so that the worker is killed over it.
  await database.transaction(async (tx) => {
    await tx.query(
      `select from lifecycle_state where profile_id =
         (select profile_id from profile order by profile_id offset $1 limit 1) for update`,
      [PAGE + 100],
    );
    const worker = startWorker();
    const isWaiting = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await until(async () => (await database.query(isWaiting)).length > 0);
    worker.kill('SIGKILL');
    expect(await worker.end()).toBe('SIGKILL');
  });
  expect(await progress()).toMatchObject({ total: CUSTOMERS, done: PAGE, finishedAt: null });
  expect(await states()).toEqual([
    { version: 1, stage: 'EXPLORATION', customers: CUSTOMERS - PAGE },
    { version: 2, stage: 'ACQUISITION', customers: PAGE },
  ]);

  const worker = startWorker();
  await until(async () => (await progress())?.finishedAt != null);
  expect(await progress()).toMatchObject({ version: 2, total: CUSTOMERS, done: CUSTOMERS });
  expect(await states()).toEqual([{ version: 2, stage: 'ACQUISITION', customers: CUSTOMERS }]);
  expect(
    await database.query(
      `select cause, count(*)::int as transitions, count(distinct profile_id)::int as customers
       from lifecycle_transition where superseded_at is null and model_version = 2 group by 1`,
    ),
  ).toEqual([{ cause: 'MODEL', transitions: CUSTOMERS, customers: CUSTOMERS }]);
  expect(
    await database.query(
      `select count(*)::int as told from outbox_message
       where topic = 'lifecycle.stage-changed' and payload->>'to' = 'ACQUISITION'`,
    ),
  ).toEqual([{ told: CUSTOMERS }]);
  worker.kill('SIGTERM');
  expect(await worker.end()).toBe(0);
});
