import type { Tx } from '../../platform/database/database';
import { appendToOutbox } from '../../platform/outbox/outbox';
import type { IdSource, ProfileId } from '../../shared/ids';
import type { ProfileActivity, ProfileEvaluator } from '../activity';
import type { LifecycleModel } from './lifecycle.models';
import { initialStage } from './lifecycle.rules';
import * as store from './lifecycle.store';
import { type StageTimeline, stageTimeline } from './lifecycle.timeline';
import { reviseTransitions, toTransitions } from './lifecycle.transitions';

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
    await this.saveHistories(tx, timelines, now);
    await this.saveStates(tx, timelines, now);
    const nextEvaluations = new Map<ProfileId, Date>();
    for (const { profileId, nextEvaluationAt } of timelines) {
      if (nextEvaluationAt !== null) nextEvaluations.set(profileId, nextEvaluationAt);
    }
    return nextEvaluations;
  }

  private async saveHistories(
    tx: Tx,
    timelines: readonly ProfileTimeline[],
    now: Date,
  ): Promise<void> {
    const { name, version } = this.model;
    const profileIds = timelines.map(({ profileId }) => profileId);
    const { superseded, added } = reviseTransitions(
      await store.findTransitions(tx, name, profileIds),
      timelines.flatMap(({ profileId, segments }) => toTransitions(profileId, segments, version)),
    );
    await store.supersedeTransitions(tx, name, superseded, now);
    await store.addTransitions(tx, this.ids, name, added, now);
  }

  private async saveStates(
    tx: Tx,
    timelines: readonly ProfileTimeline[],
    now: Date,
  ): Promise<void> {
    const { name } = this.model;
    const profileIds = timelines.map(({ profileId }) => profileId);
    const before = await store.findStages(tx, name, profileIds);
    const states = timelines.flatMap((timeline) => this.toState(timeline));
    await store.saveStates(tx, states, now);
    const present = new Set(states.map(({ profileId }) => profileId));
    await store.removeStates(
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
    await appendToOutbox(tx, this.ids, messages, now);
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
