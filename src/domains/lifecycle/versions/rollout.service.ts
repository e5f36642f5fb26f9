import type { Database, Tx } from '../../../platform/database/database';
import { PROFILE_CHANGED } from '../../../platform/live/topics';
import { appendToOutbox } from '../../../platform/outbox/outbox';
import type { IdSource, ProfileId } from '../../../shared/ids';
import { findPackedDaysBetween } from '../../activity';
import { lockIdentities } from '../../identity';
import type { Ruling } from '../stage/ruling';
import type { LifecycleRulings } from '../stage/rulings';
import { addTransitions } from '../stage/stage.store';
import { toTransitions } from '../stage/transitions';
import { goOnFrom, type Outcome, placeToGoOn } from './rollout.rules';
import * as store from './rollout.store';

export interface RolloutSizes {
  readonly profilesPerShard: number;
  /** In one transaction: as many locks as are taken without waiting for others who take many. */
  readonly profilesPerPage: number;
  /** Done at once: while the database works for one, this process does for the other. */
  readonly pagesAtOnce: number;
}

export const defaultRolloutSizes: RolloutSizes = {
  profilesPerShard: 20_000,
  profilesPerPage: 1_000,
  pagesAtOnce: 2,
};

/** Reckons everything anew that depends on the days of profiles whose locks are held. */
export type Reevaluate = (tx: Tx, profileIds: readonly ProfileId[], now: Date) => Promise<void>;

/**
 * Carries a change of what is in force through all profiles. Most have done nothing since: theirs
 * goes on from what is recorded, by the rulings that are new. The others are evaluated as by an
 * event. Any number of workers may share the work; each page of it is one transaction.
 */
export class LifecycleRollout {
  constructor(
    private readonly database: Database,
    private readonly rulings: LifecycleRulings,
    private readonly ids: IdSource,
    private readonly reevaluate: Reevaluate,
    private readonly sizes: RolloutSizes = defaultRolloutSizes,
  ) {}

  /** @returns how much was done; 0 where nothing is left, or others are at what is */
  async run(now: Date): Promise<number> {
    const planned = await this.database.transaction((tx) => store.planRollouts(tx, now));
    const cut = await this.database.transaction((tx) =>
      store.cutShards(tx, this.sizes.profilesPerShard, now),
    );
    const pages = Array.from({ length: this.sizes.pagesAtOnce }, () => this.runPage(now));
    // Each to its end: one that fails must not leave another behind that nobody waits for.
    const results = await Promise.allSettled(pages);
    let done = planned.length + cut.length;
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
      done += result.value;
    }
    await store.finishRollouts(this.database, now);
    return done;
  }

  private runPage(now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      const shard = await store.claimShard(tx);
      if (shard === null) return 0;
      const limit = this.sizes.profilesPerPage;
      const page = await store.findShardPage(tx, shard, limit);
      await this.carryThrough(tx, shard.model, page, now);
      const isEnd = page.length < limit;
      store.saveShard(tx, shard, isEnd ? null : (page.at(-1) ?? null), page.length);
      // A shard whose profiles are all gone was some work as well.
      return Math.max(page.length, 1);
    });
  }

  private async carryThrough(
    tx: Tx,
    model: string,
    profileIds: readonly ProfileId[],
    now: Date,
  ): Promise<void> {
    const [first, last] = [profileIds[0], profileIds.at(-1)];
    if (first === undefined || last === undefined) return;
    await lockIdentities(tx, profileIds);
    const [inForce, states, packed] = await Promise.all([
      this.rulings.inForce(tx),
      store.findStatesBetween(tx, model, first, last),
      findPackedDaysBetween(tx, first, last),
    ]);
    const rulings = inForce.get(model);
    if (rulings === undefined) {
      store.removePageStates(tx, model, profileIds);
      return;
    }
    const stateOf = new Map(states.map((state) => [state.profileId, state]));
    const moved: MovedProfile[] = [];
    const others: ProfileId[] = [];
    const locked = new Set(profileIds);
    for (const days of packed) {
      // Between them others may have come, who know what is in force.
      if (!locked.has(days.profileId)) continue;
      const state = stateOf.get(days.profileId);
      const place = state && placeToGoOn(state, days.lastBeginsAtMs, rulings, now);
      if (state === undefined || place === undefined || place === null) {
        others.push(days.profileId);
        continue;
      }
      moved.push({ state, outcome: goOnFrom(state, days, rulings, place, now) });
    }
    this.save(tx, model, rulings, moved, now);
    await this.reevaluate(tx, others, now);
  }

  private save(
    tx: Tx,
    model: string,
    rulings: readonly Ruling[],
    profiles: readonly MovedProfile[],
    now: Date,
  ): void {
    const version = rulings.at(-1)?.compiled.model.version ?? 0;
    const changed = profiles.filter((profile) => differs(profile, version));
    store.changeStates(tx, model, version, changed.map(toChange), now);
    tx.note(
      PROFILE_CHANGED,
      changed.map(({ state }) => state.profileId),
    );
    const moves = profiles.filter(({ outcome }) => !outcome.keepsStage);
    const transitions = moves.flatMap(({ state, outcome }) =>
      toTransitions(state.profileId, model, outcome.timeline.segments).slice(1),
    );
    addTransitions(tx, this.ids, transitions, now);
    const messages = moves.flatMap(({ state, outcome }) => {
      const current = outcome.timeline.segments.at(-1);
      if (current === undefined || current.stage === state.stage) return [];
      const { stage: to, since } = current;
      const payload = { model, from: state.stage, to, since: since.toISOString() };
      return [{ profileId: state.profileId, topic: 'lifecycle.stage-changed', payload }];
    });
    appendToOutbox(tx, this.ids, messages, now);
  }
}

interface MovedProfile {
  readonly state: store.PageState;
  readonly outcome: Outcome;
}

function differs({ state, outcome }: MovedProfile, version: number): boolean {
  const { timeline, keepsStage, keepsRisk } = outcome;
  return !(
    keepsStage &&
    keepsRisk &&
    state.modelVersion === version &&
    state.patienceDays === timeline.patienceDays &&
    state.nextEvaluationAtMs === (timeline.nextEvaluationAt?.getTime() ?? null)
  );
}

function toChange({ state, outcome }: MovedProfile): store.StateChange {
  const { timeline, keepsStage, keepsRisk } = outcome;
  return {
    profileId: state.profileId,
    segment: keepsStage ? null : (timeline.segments.at(-1) ?? null),
    risk: keepsRisk ? undefined : timeline.risk,
    patienceDays: timeline.patienceDays,
    nextEvaluationAt: timeline.nextEvaluationAt,
  };
}
