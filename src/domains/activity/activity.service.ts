import type { Database, Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import { lockIdentities, tryLockProfiles } from '../identity';
import type { EvaluationCause, ProfileActivity, ProfileEvaluator } from './activity.model';
import { type Occurrence, rollUp } from './activity.rules';
import * as store from './activity.store';

/** Profiles evaluated in one transaction. */
const EVALUATION_BATCH = 500;

/** Keeps the daily facts, and reckons anew what depends on them. */
export class ActivityService {
  constructor(
    private readonly database: Database,
    /** In the order they are called. */
    private readonly evaluators: readonly ProfileEvaluator[],
  ) {}

  /** Adds what happened to the days of the profiles, whose locks the caller holds. */
  async record(tx: Tx, occurrences: readonly Occurrence[]): Promise<void> {
    await store.addToDays(tx, rollUp(occurrences));
  }

  /** Reckons everything that depends on the days of the profiles, whose locks the caller holds. */
  async evaluate(
    tx: Tx,
    profileIds: readonly ProfileId[],
    cause: EvaluationCause,
    now: Date,
  ): Promise<void> {
    if (profileIds.length === 0) return;
    const days = await store.findDays(tx, profileIds);
    const profiles: ProfileActivity[] = profileIds.map((profileId) => ({
      profileId,
      days: days.get(profileId) ?? [],
    }));
    const next = new Map<ProfileId, Date>();
    for (const evaluator of this.evaluators) {
      for (const [profileId, at] of await evaluator.evaluate(tx, profiles, cause, now)) {
        const known = next.get(profileId);
        if (known === undefined || at < known) next.set(profileId, at);
      }
    }
    await store.recordEvaluations(tx, profileIds, next, now);
  }

  /**
   * Evaluates profiles for which time alone may have changed something, one batch. Several workers
   * may run it side by side: a profile that another transaction holds is left for the next round.
   * @returns how many profiles were evaluated; 0 when nothing is due (or all of it is held)
   */
  async evaluateDue(now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      const candidates = await store.findDue(tx, now, EVALUATION_BATCH);
      const locked = await tryLockProfiles(tx, candidates);
      // Whoever held the lock a moment ago may have done the work already.
      const due = await store.filterDue(tx, locked, now);
      await this.evaluate(tx, due, 'TIME', now);
      return due.length;
    });
  }

  /**
   * Evaluates every profile, in batches of a transaction each, e.g. after a calibration.
   * @param onProgress told after each batch how many are done
   * @returns how many profiles were evaluated
   */
  async evaluateAll(
    cause: EvaluationCause,
    now: Date,
    onProgress: (done: number) => void = () => undefined,
  ): Promise<number> {
    let done = 0;
    let after: ProfileId | null = null;
    for (;;) {
      const batch: ProfileId[] = await store.findEvaluatedAfter(
        this.database,
        after,
        EVALUATION_BATCH,
      );
      const last = batch.at(-1);
      if (last === undefined) return done;
      await this.evaluateBatch(batch, cause, now);
      after = last;
      done += batch.length;
      onProgress(done);
    }
  }

  /** All profiles that ever did something, with their days, page by page. */
  async *allProfiles(): AsyncGenerator<readonly ProfileActivity[]> {
    let after: ProfileId | null = null;
    for (;;) {
      const batch: ProfileId[] = await store.findEvaluatedAfter(
        this.database,
        after,
        EVALUATION_BATCH,
      );
      const last = batch.at(-1);
      if (last === undefined) return;
      const days = await store.findDays(this.database, batch);
      yield batch.map((profileId) => ({ profileId, days: days.get(profileId) ?? [] }));
      after = last;
    }
  }

  private async evaluateBatch(
    batch: readonly ProfileId[],
    cause: EvaluationCause,
    now: Date,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lockIdentities(tx, batch);
      // A profile absorbed since the page was read has no evaluation any more.
      const present = await store.filterEvaluated(tx, batch);
      await this.evaluate(tx, present, cause, now);
    });
  }
}
