import { dayOf } from '../../../shared/days';
import { type ActivityDay, type DailySignals, signalNames } from '../../activity';
import type { DayEvents } from '../../events';
import { ascending, History } from '../facts/history';
import type { CompiledModel } from '../stage/compiled';
import { evaluate } from '../stage/stage.rules';

type Sums = { -readonly [Name in keyof DailySignals]: number };

/** A stage that a customer's own doing brought about. */
export interface Brought {
  readonly stage: string;
  /** See `StageSegment.since`: an instant of the day that is judged. */
  readonly since: Date;
}

/**
 * The event that brought a stage about. A stage follows from days, each judged as a whole; so the
 * day is told again event by event, and the first after which it comes to the stage is the one.
 * It depends on what happened alone, and neither on the order in which it arrived nor on batches.
 * What others did for the customer on that day counts from its beginning.
 * @param days of the customer, in any order
 * @param events of the day
 * @param model that decided then
 * @returns null where it cannot be told: not all events of the day are there any more, or what
 *   others did brought the stage about
 */
export function triggerOf(
  { stage, since }: Brought,
  days: readonly ActivityDay[],
  events: DayEvents,
  model: CompiledModel,
): DayEvents['telling'][number]['event'] | null {
  const today = dayOf(since);
  const whole = days.find(({ day }) => day === today);
  if (whole === undefined || whole.events !== events.count) return null;
  const before = new History(model.measures);
  for (const day of ascending(days)) {
    if (day.day < today) before.include(day);
  }
  const comesTo = (sums: Sums, count: number): boolean => {
    const history = before.copy();
    history.include({ ...sums, day: today, events: count });
    return history.isBegun && evaluate(history, model).stage === stage;
  };
  const sums = signalsOfOthers(whole, events);
  const othersDid = signalNames.some((name) => sums[name] !== 0);
  if (othersDid && comesTo(sums, 0)) return null;
  // Those that are left out add nothing more, and a day is not asked how many events it has.
  for (const { event, signals } of events.telling) {
    for (const name of signalNames) sums[name] += signals[name] ?? 0;
    if (comesTo(sums, 1)) return event;
  }
  return null;
}

/** What the day adds up to without the customer's own events. */
function signalsOfOthers(whole: ActivityDay, { telling }: DayEvents): Sums {
  const sums: Record<string, number> = {};
  for (const name of signalNames) {
    sums[name] = telling.reduce((left, { signals }) => left - (signals[name] ?? 0), whole[name]);
  }
  return sums as Sums;
}
