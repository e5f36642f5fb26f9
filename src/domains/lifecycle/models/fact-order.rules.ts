import { type FactName, factDefinition, factNames } from '../facts/facts';
import type { Condition } from './model';

/**
 * What is certain of facts, whoever the customer: what rules are held against to find those that
 * can never decide. A fact that is not named here is free within its own range, and may say
 * nothing; so leaving one out overlooks something and accuses nobody.
 */

/** Each is never more than the one after it. */
const ascending: readonly (readonly FactName[])[] = [
  ['activeDays7', 'activeDays30', 'activeDays90', 'activeDays365', 'activeDays'],
  ['activeDaysBefore7', 'activeDays30'],
  ['activeDaysBefore30', 'activeDays90'],
  ['activeDaysBefore90', 'activeDays365'],
  // An active day is a point of engagement at least.
  ['activeDays7', 'engagement7', 'engagement30', 'engagement90'],
  ['activeDays30', 'engagement30'],
  ['activeDays90', 'engagement90'],
  ['activeDaysBefore7', 'engagementBefore7', 'engagement30'],
  ['activeDaysBefore30', 'engagementBefore30', 'engagement90'],
  ['activeDaysBefore90', 'engagementBefore90'],
  ['activeSpanDays', 'tenureDays'],
  ['silenceDays', 'tenureDays'],
  // Who orders is active: an order day is an active day.
  ['silenceDays', 'orderSilenceDays', 'tenureDays'],
  ['orderDays90', 'orderDays365', 'orderDays', 'orders'],
  ['orderDays90', 'activeDays90'],
  ['orderDays365', 'activeDays365'],
  ['repurchases', 'orderDays', 'activeDays'],
  ['revenue30', 'revenue90', 'revenue365', 'revenue'],
  ['content90', 'content'],
  ['shares90', 'shares'],
  ['content90', 'socialActs90'],
  ['shares90', 'socialActs90'],
  ['complaints90', 'complaints'],
];

/** They say something of everybody who has been active. */
const alwaysKnown: ReadonlySet<FactName> = new Set<FactName>([
  ...ascending.flat().filter((fact) => fact !== 'orderSilenceDays'),
  'silenceInCadences',
  'activeShare7',
  'activeShare30',
  'activeShare90',
  'refunds',
  'referralsConverted',
]);

/** What holds wherever a fact says something. */
const presupposed: Readonly<Partial<Record<FactName, Condition>>> = {
  frequencyChange7: { fact: 'activeDaysBefore7', op: 'GTE', threshold: 1 },
  frequencyChange30: { fact: 'activeDaysBefore30', op: 'GTE', threshold: 1 },
  frequencyChange90: { fact: 'activeDaysBefore90', op: 'GTE', threshold: 1 },
  cadenceDays: { fact: 'activeDays', op: 'GTE', threshold: 3 },
  orderCadenceDays: { fact: 'orderDays', op: 'GTE', threshold: 3 },
  orderSilenceDays: { fact: 'orderDays', op: 'GTE', threshold: 1 },
  refundShare: { fact: 'revenue', op: 'GT', threshold: 0 },
};

/** They only have whole values. */
const whole: ReadonlySet<FactName> = new Set<FactName>([
  ...ascending.flat(),
  'refunds',
  'referralsConverted',
]);

/** Of each fact those that are never less than it, itself among them. */
const noLess: ReadonlyMap<FactName, ReadonlySet<FactName>> = new Map(
  factNames.map((fact) => [fact, reachableFrom(fact)]),
);

function reachableFrom(fact: FactName): ReadonlySet<FactName> {
  const found = new Set([fact]);
  // A set goes on to what is added to it on the way.
  for (const one of found) {
    for (const chain of ascending) {
      const place = chain.indexOf(one);
      if (place !== -1) for (const greater of chain.slice(place + 1)) found.add(greater);
    }
  }
  return found;
}

/** Whoever has a stage has been active once. */
const leastOf = (fact: FactName) => (fact === 'activeDays' ? 1 : factDefinition(fact).min);

const limits: ReadonlyMap<FactName, { readonly min: number; readonly max: number }> = new Map(
  factNames.map((fact) => {
    const greater = factNames.filter((one) => neverExceeds(fact, one));
    const less = factNames.filter((one) => neverExceeds(one, fact));
    return [
      fact,
      {
        min: Math.max(...less.map(leastOf)),
        max: Math.min(...greater.map((one) => factDefinition(one).max)),
      },
    ];
  }),
);

/** Whether the one is never more than the other where both say something. */
export function neverExceeds(fact: FactName, other: FactName): boolean {
  return greaterThan(fact).has(other);
}

/** The facts that are never less than it, itself among them. */
export function greaterThan(fact: FactName): ReadonlySet<FactName> {
  return noLess.get(fact) ?? new Set([fact]);
}

/** The least and the greatest value it can have. */
export function limitsOf(fact: FactName): { readonly min: number; readonly max: number } {
  return limits.get(fact) ?? factDefinition(fact);
}

export function isAlwaysKnown(fact: FactName): boolean {
  return alwaysKnown.has(fact);
}

export function isWhole(fact: FactName): boolean {
  return whole.has(fact);
}

/** The condition that holds wherever the fact says something; null where none is known. */
export function presuppositionOf(fact: FactName): Condition | null {
  return presupposed[fact] ?? null;
}
