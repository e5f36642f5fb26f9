import type { Clock } from '../../shared/clock';
import type { Logger } from '../telemetry/logger';

/** Work that is due from time to time, whoever does it. */
export interface Job {
  readonly name: string;
  /** Batches in one round, 1 or more; 1,000 where left out. The next round goes on. */
  readonly batchesPerRoundMax?: number;
  /**
   * Does one bounded batch of what is due at `now`. Safe to run in several processes at once.
   * @returns how much was done; 0 when nothing is left for now
   */
  run(now: Date): Promise<number>;
}

/** So that a backlog of one job does not starve the others. */
const BATCHES_PER_ROUND_MAX_DEFAULT = 1000;

/** Runs jobs one after the other, round after round, until stopped. */
export class JobRunner {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly intervalMs: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Begins with a round at once: what fell due while nothing ran is caught up. */
  start(): void {
    this.round = this.runRound().then(() => {
      if (!this.stopping.signal.aborted)
        this.timer = setTimeout(() => this.start(), this.intervalMs);
    });
  }

  /** Ends after the batch in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.timer !== null) clearTimeout(this.timer);
    await this.round;
  }

  private async runRound(): Promise<void> {
    for (const job of this.jobs) {
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
      const count = await job.run(this.clock.now());
      if (count === 0) break;
      done += count;
    }
    if (done > 0) this.logger.info({ job: job.name, done }, 'job done');
  }
}
