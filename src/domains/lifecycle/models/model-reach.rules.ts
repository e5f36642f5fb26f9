import { type FactName, factDefinition } from '../facts/facts';
import {
  greaterThan,
  isAlwaysKnown,
  isWhole,
  limitsOf,
  presuppositionOf,
} from './fact-order.rules';
import type { Condition, Threshold } from './model';

/**
 * Whether some customer could be one for whom conditions hold and others do not, whatever the
 * calibration. "No" is certain; "yes" means that nothing speaks against it, or that finding out
 * would take too long: the question is that of propositional logic, and has no short answer for
 * every model.
 */

/** How many comparisons one question may take: a few milliseconds, far more than models need. */
const COMPARISONS_MAX = 25_000;

/** What is left of the comparisons; shared by questions that are asked together. */
export interface Effort {
  left: number;
}

export function newEffort(): Effort {
  return { left: COMPARISONS_MAX };
}

/** Conditions of one rule, made ready to be asked about. */
export type Clause = readonly Alternative[];

export function clauseOf(when: readonly Condition[]): Clause {
  return when.map((condition) => ({
    holds: boundOf(condition),
    fails: boundOf(oppositeOf(condition)),
  }));
}

/**
 * @param given what is to hold, all of it
 * @param refused rules of which none is to apply
 */
export function mayHold(
  given: Clause,
  refused: readonly Clause[] = [],
  effort: Effort = newEffort(),
): boolean {
  const known = new Set(given.map(({ holds }) => holds.fact));
  const search = new Search(effort);
  const presupposed = [...known].map(presuppositionOf).filter((one) => one !== null);
  for (const { holds } of [...given, ...clauseOf(presupposed)]) {
    if (!search.admits(holds)) return false;
    search.add(holds);
  }
  // A rule does not apply where one of its facts says nothing, which nothing here speaks against.
  const inQuestion = refused.filter((clause) =>
    clause.every(({ holds }) => holds.isAlwaysKnown || known.has(holds.fact)),
  );
  return search.canRefuse(inQuestion);
}

/** A condition as a bound of its fact from below or from above. */
interface Bound {
  readonly fact: FactName;
  readonly isAlwaysKnown: boolean;
  /** Facts that are never less than this one. */
  readonly greater: ReadonlySet<FactName>;
  /** Whether the fact can have no value on this side, whatever else holds. */
  readonly isImpossible: boolean;
  readonly isFloor: boolean;
  readonly isStrict: boolean;
  /** The values the threshold may have, whatever the customer and the calibration. */
  readonly least: number;
  readonly most: number;
  /** Null where it is a constant. */
  readonly relative: Exclude<Threshold, number> | null;
}

/** A condition of a rule that is not to apply: as long as it can hold, and what it is if not. */
interface Alternative {
  readonly holds: Bound;
  readonly fails: Bound;
}

class Search {
  private readonly floors: Bound[] = [];
  private readonly ceilings: Bound[] = [];

  constructor(private readonly effort: Effort) {}

  add(bound: Bound): void {
    (bound.isFloor ? this.floors : this.ceilings).push(bound);
  }

  /** Whether the bound can hold beside those that were added. */
  admits(bound: Bound): boolean {
    if (bound.isImpossible) return false;
    const opposite = bound.isFloor ? this.ceilings : this.floors;
    this.effort.left -= opposite.length + 1;
    return !opposite.some((other) =>
      bound.isFloor ? excludes(bound, other) : excludes(other, bound),
    );
  }

  /**
   * Whether every rule can have a condition that fails. Where one has only one such condition
   * left, that is taken first: most answers need no guess.
   */
  canRefuse(rules: readonly Clause[]): boolean {
    let narrowest: Clause | null = null;
    const open: Clause[] = [];
    for (const rule of rules) {
      if (this.effort.left < 0) return true;
      if (!rule.every(({ holds }) => this.admits(holds))) continue;
      const ways = rule.filter(({ fails }) => this.admits(fails));
      if (ways.length === 0) return false;
      open.push(ways);
      if (narrowest === null || ways.length < narrowest.length) narrowest = ways;
    }
    if (narrowest === null) return true;
    const others = open.filter((ways) => ways !== narrowest);
    return narrowest.some(({ fails }) => {
      const side = fails.isFloor ? this.floors : this.ceilings;
      side.push(fails);
      const can = this.canRefuse(others);
      side.pop();
      return can;
    });
  }
}

/** Whether the one asks for more than the other admits. */
function excludes(floor: Bound, ceiling: Bound): boolean {
  if (!floor.greater.has(ceiling.fact)) return false;
  const isStrict = floor.isStrict || ceiling.isStrict;
  if (floor.least > ceiling.most || (floor.least === ceiling.most && isStrict)) return true;
  return isStrict && isNeverMore(ceiling, floor);
}

/** Whether the threshold of the one is never more than that of the other, as both move alike. */
function isNeverMore(one: Bound, other: Bound): boolean {
  if (one.relative === null || other.relative === null) return false;
  const [left, right] = [one.relative, other.relative];
  const { atLeast: leftLeast = -Infinity, atMost: leftMost = Infinity } = left;
  const { atLeast: rightLeast = -Infinity, atMost: rightMost = Infinity } = right;
  if (leftLeast > rightLeast || leftMost > rightMost) return false;
  if ('ownCadences' in left) return 'ownCadences' in right && left.ownCadences <= right.ownCadences;
  if ('ownCadences' in right || left.uncalibrated > right.uncalibrated) return false;
  if ('quantile' in left) {
    return 'quantile' in right && one.fact === other.fact && left.quantile <= right.quantile;
  }
  return 'populationCadences' in right && left.populationCadences <= right.populationCadences;
}

const opposites = { GTE: 'LT', GT: 'LTE', LTE: 'GT', LT: 'GTE' } as const;

function oppositeOf({ fact, op, threshold }: Condition): Condition {
  return { fact, op: opposites[op], threshold };
}

function boundOf(condition: Condition): Bound {
  const { fact, threshold } = condition;
  const side = sideOf(condition);
  const { min, max } = limitsOf(fact);
  const gap = side.isFloor ? side.least - max : min - side.most;
  return {
    ...side,
    fact,
    isAlwaysKnown: isAlwaysKnown(fact),
    greater: greaterThan(fact),
    isImpossible: gap > 0 || (gap === 0 && side.isStrict),
    relative: typeof threshold === 'number' ? null : threshold,
  };
}

function sideOf({
  fact,
  op,
  threshold,
}: Condition): Pick<Bound, 'isFloor' | 'isStrict' | 'least' | 'most'> {
  const isFloor = op === 'GTE' || op === 'GT';
  const isStrict = op === 'GT' || op === 'LT';
  if (typeof threshold === 'object') return { isFloor, isStrict, ...spanOf(fact, threshold) };
  if (!isWhole(fact)) return { isFloor, isStrict, least: threshold, most: threshold };
  // "More than 2" is "at least 3".
  const value = wholeBound(threshold, isFloor, isStrict);
  return { isFloor, isStrict: false, least: value, most: value };
}

function wholeBound(threshold: number, isFloor: boolean, isStrict: boolean): number {
  if (isFloor) return isStrict ? Math.floor(threshold) + 1 : Math.ceil(threshold);
  return isStrict ? Math.ceil(threshold) - 1 : Math.floor(threshold);
}

/** A cadence is above zero, a quantile one of the values that the fact can have. */
function spanOf(
  fact: FactName,
  threshold: Exclude<Threshold, number>,
): { readonly least: number; readonly most: number } {
  const { min, max } = 'quantile' in threshold ? factDefinition(fact) : { min: 0, max: Infinity };
  const { atLeast = -Infinity, atMost = Infinity } = threshold;
  const within = (value: number) => Math.min(Math.max(value, atLeast), atMost);
  if ('ownCadences' in threshold) return { least: within(min), most: within(max) };
  const uncalibrated = within(threshold.uncalibrated);
  return {
    least: Math.min(within(min), uncalibrated),
    most: Math.max(within(max), uncalibrated),
  };
}
