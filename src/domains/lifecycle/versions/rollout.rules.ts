import { eachDay, type PackedDays } from '../../activity';
import { History, type Measures } from '../facts/history';
import type { Ruling } from '../stage/ruling';
import { goOn, type StageTimeline } from '../stage/timeline';

/** What is recorded of a profile under a model, as far as it matters to go on from there. */
export interface RecordedState {
  readonly stage: string;
  readonly atRisk: boolean;
  /** When it was written last. Milliseconds since 1970, as all instants here. */
  readonly recordedAtMs: number;
  readonly nextEvaluationAtMs: number | null;
}

/**
 * The place of the first ruling that the recorded state may not reckon with, where it can go on
 * from what is recorded; null where only the whole history tells: something happened to the profile
 * since, or should have by then.
 * @param rulings by time, of which the last is to be carried through
 */
export function placeToGoOn(
  recorded: RecordedState,
  lastBeginsAtMs: number,
  rulings: readonly Ruling[],
  now: Date,
): number | null {
  // The first ruling of a model holds from the beginning and changes nothing at its own time.
  const place = rulings.findIndex(
    ({ since }, index) => index > 0 && since.getTime() >= recorded.recordedAtMs,
  );
  const first = rulings[place]?.since;
  if (first === undefined) return null;
  const sinceMs = first.getTime();
  if (sinceMs > now.getTime() || lastBeginsAtMs > sinceMs) return null;
  const { nextEvaluationAtMs } = recorded;
  const wasDue = nextEvaluationAtMs !== null && nextEvaluationAtMs <= sinceMs;
  return wasDue ? null : place;
}

/** Stands in for the risk that is recorded, since when and why: both stay as long as it does. */
const RECORDED_RISK: StageTimeline['risk'] = { since: new Date(0), reasons: [] };

/** What a profile comes to. */
export interface Outcome {
  readonly timeline: StageTimeline;
  /** Whether the stage is the recorded one, since when it was, and for the same reasons. */
  readonly keepsStage: boolean;
  /** Whether the same warning stands, or none still. */
  readonly keepsRisk: boolean;
}

/** @param place what `placeToGoOn` gave */
export function goOnFrom(
  recorded: RecordedState,
  packed: PackedDays,
  rulings: readonly Ruling[],
  place: number,
  now: Date,
): Outcome {
  const ruling = rulings[place];
  if (ruling === undefined) throw new Error('There is no such ruling.');
  const history = historyOf(packed, ruling.compiled.measures);
  const standing = { stage: recorded.stage, risk: recorded.atRisk ? RECORDED_RISK : null };
  const timeline = goOn(history, standing, rulings, place, now);
  return {
    timeline,
    keepsStage: timeline.segments.length === 1,
    keepsRisk: timeline.risk === standing.risk,
  };
}

/** All days of a profile, as they stand at the end of the last. */
export function historyOf(packed: PackedDays, measures: Measures): History {
  const history = new History(measures);
  eachDay(packed.days, (day) => history.include(day));
  return history;
}
