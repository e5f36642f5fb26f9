import type { Tx } from '../../platform/database/database';
import { appendToOutbox } from '../../platform/outbox/outbox';
import type { IdSource, ProfileId } from '../../shared/ids';
import type { ProfileActivity, ProfileEvaluator } from '../activity';
import type { LifecycleModel } from './lifecycle.models';
import { initialStage } from './lifecycle.rules';
import * as store from './lifecycle.store';
import { type StageTimeline, stageTimeline } from './lifecycle.timeline';
import { reviseTransitions, type StoredTransition, toTransitions } from './lifecycle.transitions';

interface ProfileTimeline extends StageTimeline {
  readonly profileId: ProfileId;
}

/**
 * Keeps the stage of every profile, and its history, in step with its days and with time. The
 * caller holds the locks of the profiles.
 */
export class LifecycleEvaluator implements ProfileEvaluator {
  constructor(
    private readonly model: LifecycleModel,
    private readonly ids: IdSource,
  ) {}

  async evaluate(
    tx: Tx,
    profiles: readonly ProfileActivity[],
    now: Date,
  ): Promise<ReadonlyMap<ProfileId, Date>> {
    const timelines = profiles.map(({ profileId, days }) => ({
      profileId,
      ...stageTimeline(days, this.model, now),
    }));
    const profileIds = profiles.map(({ profileId }) => profileId);
    const [histories, stages] = await Promise.all([
      store.findTransitions(tx, this.model.name, profileIds),
      store.findStages(tx, this.model.name, profileIds),
    ]);
    this.saveHistories(tx, timelines, histories, now);
    this.saveStates(tx, timelines, stages, now);
    const nextEvaluations = new Map<ProfileId, Date>();
    for (const { profileId, nextEvaluationAt } of timelines) {
      if (nextEvaluationAt !== null) nextEvaluations.set(profileId, nextEvaluationAt);
    }
    return nextEvaluations;
  }

  private saveHistories(
    tx: Tx,
    timelines: readonly ProfileTimeline[],
    before: readonly StoredTransition[],
    now: Date,
  ): void {
    const { name, version } = this.model;
    const { superseded, added } = reviseTransitions(
      before,
      timelines.flatMap(({ profileId, segments }) => toTransitions(profileId, segments, version)),
    );
    store.supersedeTransitions(tx, name, superseded, now);
    store.addTransitions(tx, this.ids, name, added, now);
  }

  private saveStates(
    tx: Tx,
    timelines: readonly ProfileTimeline[],
    before: ReadonlyMap<ProfileId, string>,
    now: Date,
  ): void {
    const { name } = this.model;
    const states = timelines.flatMap((timeline) => this.toState(timeline));
    store.saveStates(tx, states, now);
    const present = new Set(states.map(({ profileId }) => profileId));
    store.removeStates(
      tx,
      name,
      [...before.keys()].filter((profileId) => !present.has(profileId)),
    );
    const stageBefore = (profileId: ProfileId) => before.get(profileId) ?? initialStage(this.model);
    const messages = states
      .filter(({ profileId, stage }) => stage !== stageBefore(profileId))
      .map(({ profileId, stage, since }) => ({
        profileId,
        topic: 'lifecycle.stage-changed',
        payload: {
          model: name,
          from: stageBefore(profileId),
          to: stage,
          since: since.toISOString(),
        },
      }));
    appendToOutbox(tx, this.ids, messages, now);
  }

  /** None before the first active day. */
  private toState(timeline: ProfileTimeline): store.LifecycleState[] {
    const { profileId, lastActiveDay, risk, patienceDays, nextEvaluationAt } = timeline;
    const current = timeline.segments.at(-1);
    if (current === undefined || lastActiveDay === null) return [];
    return [
      {
        profileId,
        model: this.model.name,
        modelVersion: this.model.version,
        stage: current.stage,
        since: current.since,
        reasons: current.reasons,
        atRiskSince: risk?.since ?? null,
        atRiskReasons: risk?.reasons ?? [],
        lastActiveDay,
        patienceDays,
        nextEvaluationAt,
      },
    ];
  }
}
