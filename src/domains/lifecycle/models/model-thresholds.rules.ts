import type { FactUnit } from '../facts/fact-kinds';
import { factDefinition } from '../facts/facts';
import type { ComparisonOperator, Condition, LifecycleModelDocument, Threshold } from './model';

/** A hundred years. What lies beyond is no threshold, and no date either. */
const DAYS_MAX = 36_500;

const CADENCES_MAX = 1000;

/** Thresholds that do not fit the fact they are compared with. */
export function faultsOfThresholds(model: LifecycleModelDocument): string[] {
  const { daysMin, daysMax } = model.patience;
  return [
    ...conditionsOf(model).flatMap(({ place, condition }) =>
      faultsOf(condition).map(({ member, fault }) => `${place}.threshold${member}: ${fault}`),
    ),
    ...(daysMax < daysMin ? ['patience.daysMax: must be no less than daysMin'] : []),
  ];
}

function conditionsOf({ rules, otherwise, atRisk }: LifecycleModelDocument) {
  const lists = [
    ...rules.map(({ when }, index) => ({ place: `rules[${index}].when`, when })),
    { place: 'otherwise.explainedBy', when: otherwise.explainedBy },
    ...atRisk.map(({ when }, index) => ({ place: `atRisk[${index}].when`, when })),
  ];
  return lists.flatMap(({ place, when }) =>
    when.map((condition, index) => ({ place: `${place}[${index}]`, condition })),
  );
}

interface ThresholdFault {
  readonly member: string;
  readonly fault: string;
}

function faultsOf({ fact, threshold }: Condition): readonly ThresholdFault[] {
  const { unit } = factDefinition(fact);
  if (typeof threshold === 'number') return faultsOfSize('', threshold, unit);
  const faults: ThresholdFault[] = [];
  if (!('quantile' in threshold) && unit !== 'DAYS') {
    faults.push({ member: '', fault: `cadences are days, and ${fact} is not measured in days` });
  }
  const { atLeast, atMost } = threshold;
  if (atLeast !== undefined && atMost !== undefined && atMost < atLeast) {
    faults.push({ member: '.atMost', fault: 'must be no less than atLeast' });
  }
  const uncalibrated = 'uncalibrated' in threshold ? threshold.uncalibrated : undefined;
  for (const [member, value] of Object.entries({ atLeast, atMost, uncalibrated })) {
    if (value !== undefined) faults.push(...faultsOfSize(`.${member}`, value, unit));
  }
  return faults;
}

function faultsOfSize(member: string, value: number, unit: FactUnit): readonly ThresholdFault[] {
  const max = maxOf(unit);
  return Math.abs(value) <= max ? [] : [{ member, fault: `must be from ${-max} to ${max}` }];
}

function maxOf(unit: FactUnit): number {
  if (unit === 'DAYS') return DAYS_MAX;
  return unit === 'CADENCES' ? CADENCES_MAX : Number.MAX_SAFE_INTEGER;
}

const signs: Readonly<Record<ComparisonOperator, string>> = {
  GTE: '≥',
  GT: '>',
  LTE: '≤',
  LT: '<',
};

/** The condition as a person would write it, e.g. `silenceDays ≥ 3 own cadences (from 90)`. */
export function conditionInWords({ fact, op, threshold }: Condition): string {
  return `${fact} ${signs[op]} ${thresholdInWords(threshold)}`;
}

function thresholdInWords(threshold: Threshold): string {
  if (typeof threshold === 'number') return String(threshold);
  const { atLeast, atMost } = threshold;
  const bounds = [
    ...(atLeast === undefined ? [] : [`from ${atLeast}`]),
    ...(atMost === undefined ? [] : [`to ${atMost}`]),
  ];
  const told = bounds.length === 0 ? '' : ` (${bounds.join(' ')})`;
  if ('ownCadences' in threshold) return `${threshold.ownCadences} own cadences${told}`;
  if ('quantile' in threshold) return `the ${threshold.quantile} quantile${told}`;
  return `${threshold.populationCadences} cadences of all customers${told}`;
}
