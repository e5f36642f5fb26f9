import { dayOf, type EpochDay, MS_PER_DAY, startOfDay } from '../../../shared/days';
import type { ActivityDay } from '../../activity';
import { NEVER } from '../facts/fact-kinds';
import { ascending, History } from '../facts/history';
import type { CompiledModel } from './compiled';
import { type Ruling, rulingAt } from './ruling';
import { evaluate, patienceDays, type Reason, reasonsOf } from './stage.rules';

export const transitionCauses = ['EVENT', 'TIME', 'MODEL'] as const;

/**
 * What brought a stage about: something the customer did, time passing without it, or a change of
 * the model or of its calibration.
 */
export type TransitionCause = (typeof transitionCauses)[number];

/** A stretch of a customer's life in one stage, up to the next segment. */
export interface StageSegment {
  readonly stage: string;
  /**
   * Where the customer's own doing began it, the first instant of that day's events (a day is
   * judged as a whole); where time did, the midnight (UTC) it fell due; where the model did, when
   * it came into force.
   */
  readonly since: Date;
  /** What held at `since`. */
  readonly reasons: readonly Reason[];
  readonly cause: TransitionCause;
  /** The version that was in force at `since`. */
  readonly modelVersion: number;
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
 * The whole history of a customer's stage, which follows from their days and from what was in
 * force alone: neither the order in which events arrived nor how often somebody looked has a part
 * in it.
 *
 * Facts change when the customer is active, and on the midnights when a day enters or leaves a
 * window or a silence reaches a threshold. Between active days the walk goes from one such
 * midnight to the next, and only to those on which a rule that matters could begin or cease to
 * apply.
 * @param days in any order, one entry per day; those that begin after `now` are not seen
 * @param rulings by time, the first from the beginning; each decides from its own time on
 */
export function stageTimeline(
  days: readonly ActivityDay[],
  rulings: readonly Ruling[],
  now: Date,
): StageTimeline {
  const walk = new Walk(rulings);
  let unseen: ActivityDay | undefined;
  for (const day of ascending(days)) {
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

/** Where a customer stood when rulings came that are new to them. */
export interface Standing {
  readonly stage: string;
  readonly risk: StageTimeline['risk'];
}

/**
 * How a history goes on from where the customer stood: what `stageTimeline` gives from there on,
 * without going through the past again.
 * @param history with all days, none of which begins after the first of the new rulings
 * @param first the place of that ruling; time alone had changed nothing until then
 * @returns the first segment is the one that stood, and tells nothing but the stage
 */
export function goOn(
  history: History,
  standing: Standing,
  rulings: readonly Ruling[],
  first: number,
  now: Date,
): StageTimeline {
  const walk = new Walk(rulings, { history, standing, first });
  walk.passTimeUntil(new Date(now.getTime() + 1));
  return walk.finish(null);
}

/**
 * The stage as of an instant; null before the customer's first active day, and while the model is
 * not in use.
 */
export function stageAt(
  days: readonly ActivityDay[],
  rulings: readonly Ruling[],
  asOf: Date,
): string | null {
  const { compiled, isRetired = false } = rulingAt(rulings, asOf);
  if (isRetired) return null;
  const history = History.at(days, compiled.measures, asOf);
  return history.isBegun ? evaluate(history, compiled).stage : null;
}

class Walk {
  private readonly history: History;
  private readonly segments: StageSegment[] = [];
  private risk: StageTimeline['risk'] = null;
  /** The next day on which stage or warning could change with time alone. */
  private dueDay = NEVER;
  private model: CompiledModel;
  /** Whether the model is not in use: days are taken in, and nothing is decided. */
  private isRetired: boolean;
  /** The place of the ruling that comes next. */
  private upcoming = 1;

  constructor(
    private readonly rulings: readonly Ruling[],
    begun: { history: History; standing: Standing; first: number } | null = null,
  ) {
    const before = rulings[begun === null ? 0 : begun.first - 1];
    if (before === undefined) throw new Error('Nothing decides the stage.');
    this.model = before.compiled;
    this.isRetired = before.isRetired ?? false;
    this.history = begun?.history ?? new History(this.model.measures);
    if (begun === null) return;
    const { stage, risk } = begun.standing;
    const modelVersion = this.model.model.version;
    this.segments.push({ stage, since: before.since, reasons: [], cause: 'MODEL', modelVersion });
    this.risk = risk;
    this.upcoming = begun.first;
  }

  /** A day with something on it: it counts from its first event on. */
  take(day: ActivityDay): void {
    this.history.include(day);
    this.decide(day.firstAt, 'EVENT');
  }

  /** The midnights before `until` that change something, and the rulings up to then. */
  passTimeUntil(until: Date): void {
    for (;;) {
      const ruling = this.rulings[this.upcoming];
      const comesFirst = ruling !== undefined && ruling.since.getTime() < until.getTime();
      this.passMidnightsUntil(comesFirst ? ruling.since : until);
      if (!comesFirst) return;
      this.upcoming += 1;
      this.adopt(ruling);
    }
  }

  /** @param nextUnseenAt when a day begins that is not seen yet; null where none does */
  finish(nextUnseenAt: Date | null): StageTimeline {
    const { history, risk, model } = this;
    const nextRulingAt = this.rulings[this.upcoming]?.since ?? null;
    return {
      segments: [...this.segments],
      risk,
      lastActiveDay: history.isBegun ? history.lastActiveDay : null,
      patienceDays: patienceDays(history.cadenceDays, model.model),
      nextEvaluationAt: this.nextChangeAt(earlierOf(nextUnseenAt, nextRulingAt)),
    };
  }

  private passMidnightsUntil(until: Date): void {
    while (startsBefore(this.dueDay, until)) this.decideWhenDue();
  }

  private adopt({ since, compiled, isRetired = false }: Ruling): void {
    // Activated anew: it says what it said before.
    if (compiled === this.model && !isRetired && !this.isRetired) return;
    this.isRetired = isRetired;
    if (isRetired) {
      // Whoever was in a stage is told to have been until the model decides again.
      this.risk = null;
      this.dueDay = NEVER;
      return;
    }
    this.model = compiled;
    this.history.measureBy(compiled.measures);
    this.history.today = dayOf(since);
    this.decide(since, 'MODEL');
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
    // What others did for somebody who has done nothing yet decides nothing.
    if (!history.isBegun || this.isRetired) return;
    const { stage, rule, warning, dueDay } = evaluate(history, model);
    if (segments[segments.length - 1]?.stage !== stage) {
      const reasons = reasonsOf(history, rule, model.findings);
      const modelVersion = model.model.version;
      segments.push({ stage, since: at, reasons, cause, modelVersion });
    }
    if (warning === null) this.risk = null;
    else this.risk ??= { since: at, reasons: reasonsOf(history, warning, model.findings) };
    this.dueDay = dueDay;
  }
}

function earlierOf(left: Date | null, right: Date | null): Date | null {
  if (left === null || right === null) return left ?? right;
  return left < right ? left : right;
}

/** Whether the midnight that begins the day lies before the instant. */
function startsBefore(day: number, instant: Date): boolean {
  return day * MS_PER_DAY < instant.getTime();
}
