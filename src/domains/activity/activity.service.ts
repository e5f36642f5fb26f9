import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Sql, Tx } from '../../platform/database/database';
import { PROFILE_CHANGED } from '../../platform/live/topics';
import type { ProfileId } from '../../shared/ids';
import { tryLockProfiles } from '../identity';
import type { ProfileActivity, ProfileEvaluator } from './activity.model';
import { type Occurrence, rollUp } from './activity.rules';
import * as store from './activity.store';

/** Profiles evaluated in one transaction. */
const EVALUATION_BATCH = 500;

/** Profiles handed out before others in the process have their turn: each may take a while. */
const AT_A_TIME = 20;

/** Keeps the daily facts, and reckons anew what depends on them. */
export class ActivityService {
  constructor(
    private readonly database: Database,
    /** In the order they are called. */
    private readonly evaluators: readonly ProfileEvaluator[],
  ) {}

  /**
   * Adds what happened to the days of the profiles, whose locks the caller holds, and reckons anew
   * those of which it may change what evaluators say, and those whose time has come. The others had
   * one more event on a day that had begun: for them there is nothing to reckon.
   * @param merged profiles whose days changed hands in this transaction
   */
  async record(
    tx: Tx,
    occurrences: readonly Occurrence[],
    merged: readonly ProfileId[],
    now: Date,
  ): Promise<void> {
    const increments = rollUp(occurrences);
    const touched = new Set([...increments.map(({ profileId }) => profileId), ...merged]);
    const profileIds = [...touched];
    tx.note(PROFILE_CHANGED, profileIds);
    const [begun, due] = await Promise.all([
      store.addToDays(tx, increments),
      store.filterDue(tx, profileIds, now),
    ]);
    const changed = new Set([...begun, ...due, ...merged]);
    for (const { profileId, signals } of increments) {
      if (signals.size > 0) changed.add(profileId);
    }
    await this.evaluate(
      tx,
      profileIds.filter((profileId) => changed.has(profileId)),
      now,
    );
  }

  /** Reckons everything that depends on the days of the profiles, whose locks the caller holds. */
  async evaluate(tx: Tx, profileIds: readonly ProfileId[], now: Date): Promise<void> {
    if (profileIds.length === 0) return;
    tx.note(PROFILE_CHANGED, profileIds);
    const days = await store.findDays(tx, profileIds);
    const profiles: ProfileActivity[] = profileIds.map((profileId) => ({
      profileId,
      days: days.get(profileId) ?? [],
    }));
    const next = new Map<ProfileId, Date>();
    for (const evaluator of this.evaluators) {
      for (const [profileId, at] of await evaluator.evaluate(tx, profiles, now)) {
        const known = next.get(profileId);
        if (known === undefined || at < known) next.set(profileId, at);
      }
    }
    store.recordSchedule(tx, profileIds, next);
  }

  /**
   * Evaluates profiles for which time alone may have changed something, one batch. Several workers
   * may run it side by side, each with profiles of its own; one that another transaction holds is
   * left for the next round. However late it is, changes are dated when they fell due.
   * @returns how many profiles were evaluated; 0 when nothing is due (or all of it is held)
   */
  async evaluateDue(now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      const claimed = await store.claimDue(tx, now, EVALUATION_BATCH);
      const locked = await tryLockProfiles(tx, claimed);
      // Whoever held the lock a moment ago may have done the work already.
      const due = await store.filterDue(tx, locked, now);
      await this.evaluate(tx, due, now);
      return due.length;
    });
  }

  /**
   * Puts every profile on the schedule for now, e.g. after a calibration: the sweep then evaluates
   * them batch by batch, and goes on where it stopped if the process ends in between.
   */
  async scheduleAll(sql: Sql, now: Date): Promise<void> {
    await store.makeAllDue(sql, now);
  }

  /**
   * Evaluates everything that is due before it returns.
   * @returns how many profiles were evaluated; those that another process took are not counted
   */
  async evaluateAllDue(now: Date): Promise<number> {
    let done = 0;
    for (;;) {
      const count = await this.evaluateDue(now);
      if (count === 0) return done;
      done += count;
    }
  }

  /** All profiles that ever did something, with their days, some at a time. */
  allProfiles(): AsyncGenerator<readonly ProfileActivity[]> {
    return this.profilesOf(1);
  }

  /**
   * About so many of them, or all where there are fewer: those whose ids have the lowest hashes,
   * and so the same ones every time, fewer and fewer of them as others join. Reads the days of
   * these alone.
   */
  async *someProfiles(profilesAbout: number): AsyncGenerator<readonly ProfileActivity[]> {
    const profiles = await store.countEvaluated(this.database);
    yield* this.profilesOf(Math.min(profilesAbout / Math.max(profiles, 1), 1));
  }

  private async *profilesOf(share: number): AsyncGenerator<readonly ProfileActivity[]> {
    let after: ProfileId | null = null;
    for (;;) {
      const batch: ProfileId[] = await store.findEvaluatedAfter(this.database, {
        after,
        share,
        limit: EVALUATION_BATCH,
      });
      const last = batch.at(-1);
      if (last === undefined) return;
      const days = await store.findDays(this.database, batch);
      for (let start = 0; start < batch.length; start += AT_A_TIME) {
        yield batch
          .slice(start, start + AT_A_TIME)
          .map((profileId) => ({ profileId, days: days.get(profileId) ?? [] }));
        await nextTurn();
      }
      after = last;
    }
  }
}
