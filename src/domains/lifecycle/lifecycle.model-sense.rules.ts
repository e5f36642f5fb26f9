import { factDefinition } from './lifecycle.facts';
import type {
  ComparisonOperator,
  Condition,
  LifecycleModelDocument,
  Threshold,
} from './lifecycle.model';

/**
 * What of a well-formed model makes no sense: stages nobody can get to, conditions that contradict
 * each other, rules that never decide. Only what is certain, whatever customers and calibration.
 */
export function faultsOfSense(model: LifecycleModelDocument): string[] {
  return [...faultsOfNames(model), ...faultsOfBounds(model), ...faultsOfReach(model)];
}

function faultsOfNames(model: LifecycleModelDocument): string[] {
  const names = model.stages.map(({ name }) => name);
  const used = [model.otherwise.stage, ...model.rules.map(({ stage }) => stage)];
  const repeated = names.filter((name, index) => names.indexOf(name) < index);
  const undeclared = [...used, ...model.lostStages].filter((name) => !names.includes(name));
  return [
    ...[...new Set(repeated)].map((name) => `stages: ${name} is there twice`),
    ...[...new Set(undeclared)].map((name) => `stages: ${name} is used and not declared`),
    ...names
      .filter((name) => !used.includes(name))
      .map((name) => `stages: no rule leads to ${name}`),
  ];
}

function faultsOfBounds(model: LifecycleModelDocument): string[] {
  const { daysMin, daysMax } = model.patience;
  const faults = daysMax < daysMin ? ['patience: daysMax must be no less than daysMin'] : [];
  for (const { place, when } of conditionLists(model)) {
    when.forEach(({ threshold }, index) => {
      if (typeof threshold === 'number') return;
      const { atLeast, atMost } = threshold;
      if (atLeast !== undefined && atMost !== undefined && atMost < atLeast) {
        faults.push(`${place}[${index}].threshold: atMost must be no less than atLeast`);
      }
    });
  }
  return faults;
}

function conditionLists(model: LifecycleModelDocument) {
  return [
    ...model.rules.map(({ when }, index) => ({ place: `rules[${index}].when`, when })),
    ...model.atRisk.map(({ when }, index) => ({ place: `atRisk[${index}].when`, when })),
    { place: 'otherwise.explainedBy', when: model.otherwise.explainedBy },
  ];
}

function faultsOfReach(model: LifecycleModelDocument): string[] {
  const faults: string[] = [];
  const dead = new Set<number>();
  model.rules.forEach(({ when }, index) => {
    const contradiction = contradictionAmong(when);
    const taker = model.rules.findIndex(
      (earlier, place) => place < index && isImplied(earlier.when, when),
    );
    if (contradiction !== null) faults.push(`rules[${index}].when: ${contradiction}`);
    else if (taker !== -1) {
      faults.push(`rules[${index}]: never decides: rules[${taker}] applies wherever it does`);
    } else return;
    dead.add(index);
  });
  for (const [index, { when }] of model.atRisk.entries()) {
    const contradiction = contradictionAmong(when);
    if (contradiction !== null) faults.push(`atRisk[${index}].when: ${contradiction}`);
  }
  for (const { name } of model.stages) {
    const leading = model.rules.flatMap(({ stage }, index) => (stage === name ? [index] : []));
    const isCut = leading.length > 0 && leading.every((index) => dead.has(index));
    if (isCut && model.otherwise.stage !== name) faults.push(`stages: nobody can get to ${name}`);
  }
  return faults;
}

/** The values a threshold may have, whatever the customer and the calibration. */
interface Span {
  readonly least: number;
  readonly most: number;
}

function spanOf({ fact, threshold }: Condition): Span {
  if (typeof threshold === 'number') return { least: threshold, most: threshold };
  const { min, max } = 'quantile' in threshold ? factDefinition(fact) : { min: 0, max: Infinity };
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = threshold;
  const within = (value: number) => Math.min(Math.max(value, atLeast), atMost);
  const uncalibrated = 'uncalibrated' in threshold ? within(threshold.uncalibrated) : null;
  return {
    least: Math.min(within(min), uncalibrated ?? Number.POSITIVE_INFINITY),
    most: Math.max(within(max), uncalibrated ?? Number.NEGATIVE_INFINITY),
  };
}

const isFloor = (operator: ComparisonOperator) => operator === 'GTE' || operator === 'GT';
const isStrict = (operator: ComparisonOperator) => operator === 'GT' || operator === 'LT';

/** Why the conditions can never hold together; null where they may. */
function contradictionAmong(when: readonly Condition[]): string | null {
  for (const condition of when) {
    const { min, max } = factDefinition(condition.fact);
    const { least, most } = spanOf(condition);
    const never = isFloor(condition.op)
      ? least > max || (least === max && isStrict(condition.op))
      : most < min || (most === min && isStrict(condition.op));
    if (never) return `${condition.fact} is always from ${min} to ${max}`;
    const other = when.find((one) => excludes(condition, one));
    if (other !== undefined) {
      return `${inWords(condition)} and ${inWords(other)} never hold together`;
    }
  }
  return null;
}

/** Whether the one asks for more than the other admits. */
function excludes(floor: Condition, ceiling: Condition): boolean {
  if (floor.fact !== ceiling.fact || !isFloor(floor.op) || isFloor(ceiling.op)) return false;
  const strict = isStrict(floor.op) || isStrict(ceiling.op);
  // The same expression is the same number, whatever it comes to.
  if (isSameThreshold(floor.threshold, ceiling.threshold)) return strict;
  const { least } = spanOf(floor);
  const { most } = spanOf(ceiling);
  return least > most || (least === most && strict);
}

/** Whether all the conditions hold wherever the others do. */
function isImplied(conditions: readonly Condition[], others: readonly Condition[]): boolean {
  return conditions.every((condition) => others.some((other) => implies(other, condition)));
}

function implies(given: Condition, wanted: Condition): boolean {
  if (given.fact !== wanted.fact || isFloor(given.op) !== isFloor(wanted.op)) return false;
  const looser = isStrict(given.op) || !isStrict(wanted.op);
  if (isSameThreshold(given.threshold, wanted.threshold)) return looser;
  const [narrow, wide] = [spanOf(given), spanOf(wanted)];
  const margin = isFloor(given.op) ? narrow.least - wide.most : wide.least - narrow.most;
  return margin > 0 || (margin === 0 && looser);
}

function isSameThreshold(left: Threshold, right: Threshold): boolean {
  if (typeof left === 'number' || typeof right === 'number') return left === right;
  const members = (threshold: object) => JSON.stringify(Object.entries(threshold).sort());
  return members(left) === members(right);
}

const signs: Readonly<Record<ComparisonOperator, string>> = {
  GTE: '≥',
  GT: '>',
  LTE: '≤',
  LT: '<',
};

function inWords({ fact, op, threshold }: Condition): string {
  const compared = typeof threshold === 'number' ? threshold : JSON.stringify(threshold);
  return `${fact} ${signs[op]} ${compared}`;
}
