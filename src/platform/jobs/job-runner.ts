import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../shared/clock';
import type { Logger } from '../telemetry/logger';

/** Work that is due from time to time, whoever does it. */
export interface Job {
  readonly name: string;
  /** Batches in one round, 1 or more; 1,000 where left out. The next round goes on. */
  readonly batchesPerRoundMax?: number;
  /**
   * How many times as long as a batch took the job rests before the next, so that requests come
   * first; above 0. For long work that nobody waits for.
   */
  readonly restFactor?: number;
  /**
   * Does one bounded batch of what is due at `now`. Safe to run in several processes at once.
   * @returns how much was done; 0 when nothing is left for now
   */
  run(now: Date): Promise<number>;
}

/** So that a backlog of one job does not starve the others. */
const BATCHES_PER_ROUND_MAX_DEFAULT = 1000;

/**
 * Runs jobs one after the other, round after round, until stopped. Those that rest have rounds of
 * their own, so that nobody waits for them.
 */
export class JobRunner {
  private rounds: readonly Promise<void>[] = [];
  private readonly stopping = new AbortController();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly intervalMs: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Begins with a round at once: what fell due while nothing ran is caught up. */
  start(): void {
    const resting = this.jobs.filter(isResting);
    const others = this.jobs.filter((job) => !isResting(job));
    this.rounds = [others, ...resting.map((job) => [job])].map((jobs) => this.runRounds(jobs));
  }

  /** Ends after the batches in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.rounds);
  }

  private async runRounds(jobs: readonly Job[]): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.runRound(jobs);
      await this.pause(this.intervalMs);
    }
  }

  private async runRound(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      try {
        await this.runJob(job);
      } catch (error) {
        // The next round tries again; the other jobs must not suffer.
        this.logger.error({ err: error, job: job.name }, 'job failed');
      }
    }
  }

  private async runJob(job: Job): Promise<void> {
    const { signal } = this.stopping;
    const batchesMax = job.batchesPerRoundMax ?? BATCHES_PER_ROUND_MAX_DEFAULT;
    let done = 0;
    for (let batch = 0; batch < batchesMax && !signal.aborted; batch += 1) {
      const begunAt = performance.now();
      const count = await job.run(this.clock.now());
      if (count === 0) break;
      done += count;
      if (isResting(job)) await this.pause((performance.now() - begunAt) * job.restFactor);
    }
    if (done > 0) this.logger.info({ job: job.name, done }, 'job done');
  }

  /** Ends early where the runner is stopped. */
  private async pause(milliseconds: number): Promise<void> {
    const { signal } = this.stopping;
    await wait(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}

function isResting(job: Job): job is Job & { readonly restFactor: number } {
  return job.restFactor !== undefined;
}
