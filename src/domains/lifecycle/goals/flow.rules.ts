import type { TransitionCause } from '../stage/timeline';

/** How many moved from one stage to another within a period, by one cause. */
export interface Moves {
  /** The place of the period, from 1; 0 for all that was before the first. */
  readonly period: number;
  /** Null for nowhere: there customers come from when they first appear. */
  readonly from: string | null;
  readonly to: string;
  readonly cause: TransitionCause;
  readonly moves: number;
}

/**
 * How many customers are in a stage, and who came and went:
 * `sizeAtBegin + inflow + reclassifiedIn - outflow - reclassifiedOut = sizeAtEnd`.
 */
export interface StageFlow {
  readonly stage: string;
  readonly sizeAtBegin: number;
  readonly inflow: number;
  /** Part of the inflow: from nowhere. */
  readonly appeared: number;
  readonly outflow: number;
  /** Moved by a change of the model, which is nothing that happened to them. */
  readonly reclassifiedIn: number;
  readonly reclassifiedOut: number;
  readonly sizeAtEnd: number;
}

/** One way from stage to stage, and how often it was gone. */
export interface StagePairFlow {
  readonly from: string | null;
  readonly to: string;
  readonly moves: number;
  readonly byEvent: number;
  readonly byTime: number;
  readonly byModel: number;
}

/**
 * The flow through each stage in each of some periods that follow each other.
 * @param periods how many there are
 */
export function stageFlows(
  stages: readonly string[],
  moves: readonly Moves[],
  periods: number,
): readonly (readonly StageFlow[])[] {
  const tallies = new Tallies();
  for (const move of moves) tallies.add(move);
  const sizes = new Map(stages.map((stage) => [stage, changeOf(tallies.of(0, stage))]));
  return Array.from({ length: periods }, (_, index) =>
    stages.map((stage) => {
      const tally = tallies.of(index + 1, stage);
      const sizeAtBegin = sizes.get(stage) ?? 0;
      const sizeAtEnd = sizeAtBegin + changeOf(tally);
      sizes.set(stage, sizeAtEnd);
      return { stage, sizeAtBegin, ...tally, sizeAtEnd };
    }),
  );
}

/**
 * Each way that was gone in the first period, in the order of the stages; from nowhere first.
 */
export function pairFlows(
  stages: readonly string[],
  moves: readonly Moves[],
): readonly StagePairFlow[] {
  const pairs = new Map<string, { -readonly [Key in keyof StagePairFlow]: StagePairFlow[Key] }>();
  for (const { period, from, to, cause, moves: count } of moves) {
    if (period !== 1) continue;
    const key = `${from ?? ''} ${to}`;
    const pair = pairs.get(key) ?? { from, to, moves: 0, byEvent: 0, byTime: 0, byModel: 0 };
    pairs.set(key, pair);
    pair.moves += count;
    pair[counterOf[cause]] += count;
  }
  const placeOf = (stage: string | null) => (stage === null ? -1 : stages.indexOf(stage));
  return [...pairs.values()].sort(
    (left, right) =>
      placeOf(left.from) - placeOf(right.from) || placeOf(left.to) - placeOf(right.to),
  );
}

const counterOf = { EVENT: 'byEvent', TIME: 'byTime', MODEL: 'byModel' } as const;

interface Tally {
  inflow: number;
  appeared: number;
  outflow: number;
  reclassifiedIn: number;
  reclassifiedOut: number;
}

/** By period and stage. */
class Tallies {
  private readonly tallies = new Map<string, Tally>();

  add({ period, from, to, cause, moves }: Moves): void {
    const target = this.of(period, to);
    if (cause === 'MODEL') target.reclassifiedIn += moves;
    else target.inflow += moves;
    if (from === null) {
      if (cause !== 'MODEL') target.appeared += moves;
      return;
    }
    const origin = this.of(period, from);
    if (cause === 'MODEL') origin.reclassifiedOut += moves;
    else origin.outflow += moves;
  }

  of(period: number, stage: string): Tally {
    const key = `${period} ${stage}`;
    let tally = this.tallies.get(key);
    if (tally === undefined) {
      tally = { inflow: 0, appeared: 0, outflow: 0, reclassifiedIn: 0, reclassifiedOut: 0 };
      this.tallies.set(key, tally);
    }
    return tally;
  }
}

function changeOf({ inflow, outflow, reclassifiedIn, reclassifiedOut }: Tally): number {
  return inflow + reclassifiedIn - outflow - reclassifiedOut;
}
