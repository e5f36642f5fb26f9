import { type EpochDay, startOfDay } from '../../shared/days';
import type { ActivityDay } from '../activity';
import { activeDaysOf, factDefinitions, factsAt, History, NEVER } from './lifecycle.facts';
import type { Condition, LifecycleModel } from './lifecycle.models';
import { evaluateStage, holds, patienceDays, type Reason, reasonsAmong } from './lifecycle.rules';

/** What brought a stage about: something the customer did, or time passing without it. */
export type TransitionCause = 'EVENT' | 'TIME';

/** A stretch of a customer's life in one stage, up to the next segment. */
export interface StageSegment {
  readonly stage: string;
  /**
   * Where the customer's own doing began it, the first instant of that day's events (a day is
   * judged as a whole); where time did, the midnight (UTC) it fell due.
   */
  readonly since: Date;
  /** What held at `since`. */
  readonly reasons: readonly Reason[];
  readonly cause: TransitionCause;
}

export interface StageTimeline {
  /** From the first active day to `now`, ascending; neighbours differ in stage. */
  readonly segments: readonly StageSegment[];
  /** The warning that stands at `now`: since when, and what held then. */
  readonly risk: { readonly since: Date; readonly reasons: readonly Reason[] } | null;
  /** The last active day up to `now`; null before the first. */
  readonly lastActiveDay: EpochDay | null;
  /** See `patienceDays`. */
  readonly patienceDays: number;
  /** The earliest instant after `now` at which stage or warning will change if nothing happens. */
  readonly nextEvaluationAt: Date | null;
}

/**
 * The whole history of a customer's stage, which follows from their days alone: neither the order
 * in which events arrived nor how often somebody looked has a part in it.
 *
 * Facts change when the customer is active, and on the midnights when a day enters or leaves a
 * window or a silence reaches a threshold. Between active days the walk goes from one such
 * midnight to the next, and only to those on which a rule that matters could begin or cease to
 * apply.
 * @param days in any order, one entry per day; those that begin after `now` are not seen
 */
export function stageTimeline(
  days: readonly ActivityDay[],
  model: LifecycleModel,
  now: Date,
): StageTimeline {
  const walk = new Walk(model);
  const active = activeDaysOf(days);
  let unseen: ActivityDay | undefined;
  for (const day of active) {
    if (day.firstAt.getTime() > now.getTime()) {
      unseen = day;
      break;
    }
    walk.passTimeUntil(day.firstAt);
    walk.take(day);
  }
  // Midnight itself has come when the clock shows it, hence one millisecond past `now`.
  walk.passTimeUntil(new Date(now.getTime() + 1));
  return walk.finish(unseen?.firstAt ?? null);
}

/** The stage as of an instant; null before the customer's first active day. */
export function stageAt(
  days: readonly ActivityDay[],
  model: LifecycleModel,
  asOf: Date,
): string | null {
  const facts = factsAt(days, model.typicalCadenceDays, asOf);
  return facts === null ? null : evaluateStage(facts, model).stage;
}

class Walk {
  private readonly history: History;
  private readonly segments: StageSegment[] = [];
  private risk: StageTimeline['risk'] = null;
  /** The next day on which stage or warning could change with time alone. */
  private dueDay = NEVER;

  constructor(private readonly model: LifecycleModel) {
    this.history = new History(model.typicalCadenceDays);
  }

  /** An active day: it counts from its first event on. */
  take(day: ActivityDay): void {
    this.history.include(day);
    this.decide(day.firstAt, 'EVENT');
  }

  /** The midnights before `until` that change something. */
  passTimeUntil(until: Date): void {
    while (startsBefore(this.dueDay, until)) this.decideWhenDue();
  }

  finish(nextUnseenAt: Date | null): StageTimeline {
    const { history, risk, model } = this;
    const lastActiveDay = history.active.seen === 0 ? null : (history.active.last as EpochDay);
    return {
      segments: [...this.segments],
      risk,
      lastActiveDay,
      patienceDays: patienceDays(history.cadenceDays, model),
      nextEvaluationAt: this.nextChangeAt(nextUnseenAt),
    };
  }

  /** Goes on into the future, as if nothing more happened until `end`, to the first change. */
  private nextChangeAt(end: Date | null): Date | null {
    const { length } = this.segments;
    const atRisk = this.risk !== null;
    while (this.dueDay !== NEVER && (end === null || startsBefore(this.dueDay, end))) {
      const midnight = this.decideWhenDue();
      if (this.segments.length > length || (this.risk !== null) !== atRisk) return midnight;
    }
    return end;
  }

  private decideWhenDue(): Date {
    this.history.today = this.dueDay as EpochDay;
    const midnight = startOfDay(this.history.today);
    this.decide(midnight, 'TIME');
    return midnight;
  }

  private decide(at: Date, cause: TransitionCause): void {
    const { model, history, segments } = this;
    const verdict = judge(history, model.rules);
    const rule = model.rules[verdict.applies];
    const stage = rule?.stage ?? model.otherwise.stage;
    if (segments[segments.length - 1]?.stage !== stage) {
      const reasons = reasonsAmong(history.facts, rule?.when ?? model.otherwise.explainedBy);
      segments.push({ stage, since: at, reasons, cause });
    }
    this.dueDay = verdict.dueDay;
    if (model.lostStages.includes(stage)) {
      this.risk = null;
      return;
    }
    const warning = judge(history, model.atRisk);
    const warningRule = model.atRisk[warning.applies];
    if (warningRule === undefined) this.risk = null;
    else this.risk ??= { since: at, reasons: reasonsAmong(history.facts, warningRule.when) };
    this.dueDay = Math.min(this.dueDay, warning.dueDay);
  }
}

interface Verdict {
  /** The position of the first rule all of whose conditions hold; their number if none does. */
  readonly applies: number;
  /**
   * The next day on which time alone could change that: when the rule could cease to apply, or
   * one before it begin to. Those after it do not matter until then.
   */
  readonly dueDay: number;
}

function judge(
  history: History,
  rules: readonly { readonly when: readonly Condition[] }[],
): Verdict {
  let dueDay = NEVER;
  let position = 0;
  for (const { when } of rules) {
    const startDay = earliestStart(history, when, dueDay);
    if (startDay <= history.today) {
      return { applies: position, dueDay: Math.min(dueDay, earliestEnd(history, when)) };
    }
    dueDay = Math.min(dueDay, startDay);
    position += 1;
  }
  return { applies: position, dueDay };
}

/**
 * Today where all conditions hold; else no day before the last of those that do not has come to
 * hold. From `horizon` on it does not matter when, only that it is later than today.
 */
function earliestStart(
  history: History,
  conditions: readonly Condition[],
  horizon: number,
): number {
  let startDay: number = history.today;
  for (const condition of conditions) {
    if (startDay >= horizon) break;
    if (holds(history.facts, condition)) continue;
    const { fact, threshold } = condition;
    startDay = Math.max(startDay, factDefinitions[fact].nextCrossing(history, threshold));
  }
  return startDay;
}

function earliestEnd(history: History, conditions: readonly Condition[]): number {
  let endDay = NEVER;
  for (const { fact, threshold } of conditions) {
    endDay = Math.min(endDay, factDefinitions[fact].nextCrossing(history, threshold));
  }
  return endDay;
}

/** Whether the midnight that begins the day lies before the instant. */
function startsBefore(day: number, instant: Date): boolean {
  return startOfDay(day as EpochDay).getTime() < instant.getTime();
}
