import { TestClock } from '../../../test/support/clock';
import { createLogger } from '../telemetry/logger';
import { type Job, JobRunner } from './job-runner';

/** One round of jobs that never come to an end. @returns how often each was run */
async function round(...jobs: readonly Omit<Job, 'run'>[]): Promise<readonly number[]> {
  const counts = jobs.map(() => 0);
  const running = jobs.map((job, index) => ({
    ...job,
    run: async () => {
      counts[index] = (counts[index] ?? 0) + 1;
      return 1;
    },
  }));
  const last: Promise<void> = new Promise((resolve) => {
    const run = async () => {
      resolve();
      return 0;
    };
    running.push({ name: 'last', run });
  });
  const clock = new TestClock('2026-06-15T12:00:00Z');
  const runner = new JobRunner(running, 60_000, clock, createLogger({ level: 'silent' }));
  runner.start();
  await last;
  await runner.stop();
  return counts;
}

it('goes on to the next job after the batches that a round has for one', async () => {
  expect(await round({ name: 'free' }, { name: 'bounded', batchesPerRoundMax: 25 })).toEqual([
    1_000, 25,
  ]);
});

it('lets a job rest beside the others, which go on', async () => {
  expect(await round({ name: 'resting', restFactor: 1e6 }, { name: 'free' })).toEqual([1, 1_000]);
});

it('does not wait for a rest when it is stopped', async () => {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let batches = 0;
  const run = async () => {
    batches += 1;
    begin();
    return 1;
  };
  const clock = new TestClock('2026-06-15T12:00:00Z');
  const logger = createLogger({ level: 'silent' });
  const runner = new JobRunner([{ name: 'resting', restFactor: 1e6, run }], 60_000, clock, logger);
  runner.start();
  await begun;
  await runner.stop();
  expect(batches).toBe(1);
});
