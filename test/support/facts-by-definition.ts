import type { ActivityDay } from '../../src/domains/activity';
import type { FactName } from '../../src/domains/lifecycle/facts/facts';
import type { Measures } from '../../src/domains/lifecycle/facts/history';
import { dayOf } from '../../src/shared/days';

type Amount = (day: ActivityDay) => number;

const sum = (days: readonly ActivityDay[], amount: Amount) =>
  days.reduce((total, day) => total + amount(day), 0);

/** The facts from their description: no index, no memory. Null before the first active day. */
export function factsByDefinition(
  all: readonly ActivityDay[],
  measures: Measures,
  asOf: Date,
): Readonly<Record<FactName, number | null>> | null {
  const today = dayOf(asOf);
  const seen = all
    .filter(({ firstAt }) => firstAt <= asOf)
    .sort((left, right) => left.day - right.day);
  const active = seen.filter(({ events }) => events > 0);
  const [first] = active;
  const last = active.at(-1);
  if (first === undefined || last === undefined) return null;
  const ordered = seen.filter(({ orders }) => orders > 0);
  const lastOrder = ordered.at(-1);
  const within = (days: readonly ActivityDay[], length: number, ended = 0) =>
    days.filter(({ day }) => day > today - ended - length && day <= today - ended);
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const cadence = cadenceByDefinition(
    active.map(({ day }) => day),
    measures.occasionDays,
  );
  const content: Amount = (day) => day.posts + day.comments + day.answers;
  const social: Amount = (day) => content(day) + day.likes + day.shares + day.attendances;
  const engagement: Amount = (day) =>
    day.events === 0
      ? 0
      : 1 +
        5 * day.orders +
        3 * (content(day) + day.attendances) +
        2 * day.shares +
        day.likes +
        day.checkIns;
  const window = <Days extends 7 | 30 | 90>(length: Days) => {
    const before = within(active, length, length).length;
    const now = within(active, length).length;
    const lived = Math.min(length, today - first.day + 1);
    return {
      [`activeDays${length}`]: now,
      [`activeDaysBefore${length}`]: before,
      [`frequencyChange${length}`]: before === 0 ? null : (now - before) / before,
      [`activeShare${length}`]: now / lived,
      [`engagement${length}`]: sum(within(seen, length), engagement),
      [`engagementBefore${length}`]: sum(within(seen, length, length), engagement),
    } as Record<
      `${'activeDays' | 'activeDaysBefore' | 'frequencyChange' | 'activeShare' | 'engagement' | 'engagementBefore'}${Days}`,
      number | null
    >;
  };
  const year = within(seen, 365);
  const revenue = sum(seen, (day) => day.revenueMinor);
  const level = emotionalLevelByDefinition(seen, measures.emotionHalfLifeDays);
  const silence = today - last.day;
  return {
    tenureDays: today - first.day,
    silenceDays: silence,
    silenceInCadences: silence / (cadence ?? measures.typicalCadenceDays),
    cadenceDays: cadence,
    activeSpanDays: last.day - first.day,
    activeDays: active.length,
    ...window(7),
    ...window(30),
    ...window(90),
    activeDays365: within(active, 365).length,
    orders: sum(seen, (day) => day.orders),
    orderDays: ordered.length,
    orderDays90: within(ordered, 90).length,
    orderDays365: within(ordered, 365).length,
    repurchases: Math.max(ordered.length - 1, 0),
    orderSilenceDays: lastOrder === undefined ? null : today - lastOrder.day,
    orderCadenceDays: cadenceByDefinition(
      ordered.map(({ day }) => day),
      measures.occasionDays,
    ),
    revenue30: sum(within(seen, 30), (day) => day.revenueMinor),
    revenue90: sum(within(seen, 90), (day) => day.revenueMinor),
    revenue365: sum(year, (day) => day.revenueMinor),
    revenue,
    refunds: sum(seen, (day) => day.refunds),
    refundShare: share(
      sum(seen, (day) => day.refundMinor),
      revenue,
    ),
    content: sum(seen, content),
    content90: sum(within(seen, 90), content),
    shares: sum(seen, (day) => day.shares),
    shares90: sum(within(seen, 90), (day) => day.shares),
    socialActs90: sum(within(seen, 90), social),
    referralsConverted: sum(seen, (day) => day.referralsConverted),
    nps365: share(
      100 * sum(year, (day) => day.npsPromoters - day.npsDetractors),
      sum(year, (day) => day.npsAnswers),
    ),
    satisfaction365: share(
      sum(year, (day) => day.csatSatisfied),
      sum(year, (day) => day.csatAnswers),
    ),
    complaints: sum(seen, (day) => day.complaints),
    complaints90: sum(within(seen, 90), (day) => day.complaints),
    emotion: level === null ? null : 100 * level * 2 ** (-silence / measures.emotionHalfLifeDays),
    // Of no model that was fitted.
    probabilityActive: null,
  };
}

function cadenceByDefinition(days: readonly number[], occasionDays: number): number | null {
  const isFirst = (day: number, place: number) =>
    place === 0 || day - (days[place - 1] ?? 0) > occasionDays;
  const occasions = days.filter(isFirst);
  if (occasions.length >= 3) return median(gaps(occasions));
  return days.length >= 3 ? median(gaps(days)) : null;
}

function gaps(days: readonly number[]): readonly number[] {
  return days.slice(1).map((day, place) => day - (days[place] ?? 0));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

function emotionalLevelByDefinition(
  days: readonly ActivityDay[],
  halfLifeDays: number,
): number | null {
  const told = days.filter(({ sentimentCount, complaints }) => sentimentCount + complaints > 0);
  const latest = told.at(-1);
  if (latest === undefined) return null;
  const weight = ({ day }: ActivityDay) => 2 ** ((day - latest.day) / halfLifeDays);
  const sentiment = sum(told, (day) => (weight(day) * day.sentimentMilli) / 1000);
  const complaints = sum(told, (day) => weight(day) * day.complaints);
  const answers = sum(told, (day) => weight(day) * day.sentimentCount);
  return (sentiment - complaints) / (answers + complaints);
}
