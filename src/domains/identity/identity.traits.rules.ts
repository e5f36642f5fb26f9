import type { IdentifierId } from '../../shared/ids';
import { readInstant } from '../../shared/instant';
import type { JsonValue } from '../../shared/json';

/**
 * How the values that were told of a trait become one. Each is independent of the order in which
 * they arrive, and of how they are grouped: folding what each identifier keeps gives the same as
 * folding all that was ever told, so that a merge and its undoing are exact.
 */
export const traitStrategies = ['LATEST', 'OLDEST', 'MAX', 'MIN', 'UNION'] as const;

export type TraitStrategy = (typeof traitStrategies)[number];

/** Those that need more than the latest value, which the database tells by itself. */
export type FoldingStrategy = Exclude<TraitStrategy, 'LATEST'>;

export interface ToldTrait {
  readonly value: JsonValue;
  /** Of the event that told it. */
  readonly occurredAt: Date;
}

/** A trait as an identifier's events told it. */
export interface IdentifierTrait extends ToldTrait {
  readonly identifierId: IdentifierId;
  readonly name: string;
}

/** Folds what is told with what is kept, for each identifier and name. */
export function foldByIdentifier(
  traits: readonly IdentifierTrait[],
  strategies: ReadonlyMap<string, FoldingStrategy>,
): IdentifierTrait[] {
  const folded = new Map<string, IdentifierTrait>();
  for (const trait of traits) {
    const { identifierId, name } = trait;
    const strategy = strategies.get(name);
    if (strategy === undefined) throw new Error('Of this trait only the latest value is kept.');
    const key = `${identifierId} ${name}`;
    const earlier = folded.get(key);
    const told = earlier === undefined ? [trait] : [earlier, trait];
    folded.set(key, { identifierId, name, ...foldTrait(told, strategy) });
  }
  return [...folded.values()];
}

/** Members of a list made by UNION. */
export const UNION_MEMBERS_MAX = 100;
/** Characters of a member, as JSON. Longer ones are left out. */
export const UNION_MEMBER_LENGTH_MAX = 255;

/**
 * One value out of those told: the oldest by event time; the greatest or the least number or
 * ISO 8601 date (where there are numbers only they count, and where there is neither it is the
 * latest); or the list of all members, each once, in a fixed order and the first 100 of it.
 * Ties go to the later one, then to the greater text.
 *
 * @param told at least one
 */
export function foldTrait(told: readonly ToldTrait[], strategy: FoldingStrategy): ToldTrait {
  if (strategy === 'UNION') return unite(told);
  const compare = comparers[strategy];
  const { value, occurredAt } = told.reduce((best, one) => (compare(one, best) > 0 ? one : best));
  return { value, occurredAt };
}

type Comparer = (left: ToldTrait, right: ToldTrait) => number;

const byTime: Comparer = (left, right) => left.occurredAt.getTime() - right.occurredAt.getTime();

const byLatest: Comparer = (left, right) => byTime(left, right) || byText(left.value, right.value);

const comparers: Readonly<Record<Exclude<FoldingStrategy, 'UNION'>, Comparer>> = {
  OLDEST: (left, right) => byTime(right, left) || byText(left.value, right.value),
  MAX: byMeasure(1),
  MIN: byMeasure(-1),
};

function byMeasure(sign: 1 | -1): Comparer {
  return (left, right) => {
    const [leftMeasure, rightMeasure] = [measureOf(left.value), measureOf(right.value)];
    return (
      leftMeasure.rank - rightMeasure.rank ||
      sign * (leftMeasure.size - rightMeasure.size) ||
      byLatest(left, right)
    );
  };
}

/** Numbers before dates before everything else, which has no size. */
function measureOf(value: JsonValue): { readonly rank: number; readonly size: number } {
  if (typeof value === 'number') return { rank: 2, size: value };
  const instant = typeof value === 'string' ? readInstant(value) : null;
  return instant === null ? { rank: 0, size: 0 } : { rank: 1, size: instant };
}

/** The least members by their text: of a union of unions the same ones remain. */
function unite(told: readonly ToldTrait[]): ToldTrait {
  const members = new Map<string, JsonValue>();
  for (const { value } of told) {
    for (const member of isList(value) ? value : [value]) {
      const text = canonicalText(member);
      if (member !== null && text.length <= UNION_MEMBER_LENGTH_MAX) members.set(text, member);
    }
  }
  const kept = [...members.keys()].sort(compareText).slice(0, UNION_MEMBERS_MAX);
  return {
    value: kept.map((text) => JSON.parse(text) as JsonValue),
    occurredAt: told.map((one) => one.occurredAt).reduce((last, at) => (at > last ? at : last)),
  };
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function byText(left: JsonValue, right: JsonValue): number {
  return compareText(canonicalText(left), canonicalText(right));
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** JSON with the keys of objects in order: the database does not keep the one they came in. */
function canonicalText(value: JsonValue): string {
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => compareText(left, right));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`).join(',')}}`;
}
