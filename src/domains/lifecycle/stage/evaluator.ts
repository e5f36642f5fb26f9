import type { Tx } from '../../../platform/database/database';
import { appendToOutbox } from '../../../platform/outbox/outbox';
import type { IdSource, ProfileId } from '../../../shared/ids';
import type { ProfileActivity, ProfileEvaluator } from '../../activity';
import { initialStage, type LifecycleModel } from '../models/model';
import { latestOf } from './ruling';
import type { LifecycleRulings, Rulings } from './rulings';
import * as store from './stage.store';
import { type StageTimeline, stageTimeline } from './timeline';
import { reviseTransitions, type StoredTransition, toTransitions } from './transitions';

interface ProfileTimeline extends StageTimeline {
  readonly profileId: ProfileId;
  /** The one in force now. */
  readonly model: LifecycleModel;
}

/**
 * Keeps the stage of every profile under every model, and its history, in step with its days and
 * with time. The caller holds the locks of the profiles.
 */
export class LifecycleEvaluator implements ProfileEvaluator {
  constructor(
    private readonly rulings: LifecycleRulings,
    private readonly ids: IdSource,
  ) {}

  async evaluate(
    tx: Tx,
    profiles: readonly ProfileActivity[],
    now: Date,
  ): Promise<ReadonlyMap<ProfileId, Date>> {
    const profileIds = profiles.map(({ profileId }) => profileId);
    const [rulings, histories, stages] = await Promise.all([
      this.rulings.inForce(tx),
      store.findTransitions(tx, profileIds),
      store.findStages(tx, profileIds),
    ]);
    const timelines = timelinesOf(profiles, rulings, now);
    // What a model decided while it was in use stays.
    const inUse = histories.filter(({ model }) => rulings.has(model));
    this.saveHistories(tx, timelines, inUse, now);
    this.saveStates(tx, timelines, stages, now);
    return earliest(timelines);
  }

  private saveHistories(
    tx: Tx,
    timelines: readonly ProfileTimeline[],
    before: readonly StoredTransition[],
    now: Date,
  ): void {
    const holding = timelines.flatMap(({ profileId, model, segments }) =>
      toTransitions(profileId, model.name, segments),
    );
    const { superseded, added } = reviseTransitions(before, holding);
    store.supersedeTransitions(tx, superseded, now);
    store.addTransitions(tx, this.ids, added, now);
  }

  private saveStates(
    tx: Tx,
    timelines: readonly ProfileTimeline[],
    before: readonly store.RecordedStage[],
    now: Date,
  ): void {
    const states = timelines.flatMap(toState);
    store.saveStates(tx, states, now);
    const present = new Set(states.map(placeOf));
    store.removeStates(
      tx,
      before.filter((recorded) => !present.has(placeOf(recorded))),
    );
    const stageBefore = new Map(before.map((recorded) => [placeOf(recorded), recorded.stage]));
    const judgedBefore = new Set(before.map(({ profileId }) => profileId));
    const messages = timelines.flatMap((timeline) => {
      const current = timeline.segments.at(-1);
      const { profileId, model } = timeline;
      const recorded = stageBefore.get(placeOf({ profileId, model: model.name }));
      // Where a model comes into use nobody changes, and there would be a message for everybody.
      if (recorded === undefined && judgedBefore.has(profileId)) return [];
      const from = recorded ?? initialStage(model);
      if (current === undefined || current.stage === from) return [];
      const { stage: to, since } = current;
      const payload = { model: model.name, from, to, since: since.toISOString() };
      return [{ profileId, topic: 'lifecycle.stage-changed', payload }];
    });
    appendToOutbox(tx, this.ids, messages, now);
  }
}

function timelinesOf(
  profiles: readonly ProfileActivity[],
  rulings: Rulings,
  now: Date,
): readonly ProfileTimeline[] {
  return [...rulings.values()].flatMap((ofModel) => {
    const { model } = latestOf(ofModel);
    return profiles.map(({ profileId, days }) => ({
      profileId,
      model,
      ...stageTimeline(days, ofModel, now),
    }));
  });
}

function earliest(timelines: readonly ProfileTimeline[]): ReadonlyMap<ProfileId, Date> {
  const next = new Map<ProfileId, Date>();
  for (const { profileId, nextEvaluationAt } of timelines) {
    if (nextEvaluationAt === null) continue;
    const known = next.get(profileId);
    if (known === undefined || nextEvaluationAt < known) next.set(profileId, nextEvaluationAt);
  }
  return next;
}

function placeOf({ profileId, model }: { readonly profileId: string; readonly model: string }) {
  return `${profileId} ${model}`;
}

/** None before the first active day. */
function toState(timeline: ProfileTimeline): store.LifecycleState[] {
  const { profileId, model, lastActiveDay, risk, patienceDays, nextEvaluationAt } = timeline;
  const current = timeline.segments.at(-1);
  if (current === undefined || lastActiveDay === null) return [];
  return [
    {
      profileId,
      model: model.name,
      modelVersion: model.version,
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
