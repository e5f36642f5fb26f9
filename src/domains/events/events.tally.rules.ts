import type { EventTally } from './events.counts.store';

/** What became of one event, as far as it is counted. */
interface CountedOutcome {
  readonly status: EventTally['outcome'];
  /** Of quarantined events. */
  readonly reason?: string;
}

/** How often each thing became of the events of a batch, each pair of outcome and reason once. */
export function tallyOutcomes(outcomes: readonly CountedOutcome[]): readonly EventTally[] {
  const times = new Map<EventTally['outcome'], Map<string, number>>();
  for (const { status, reason = '' } of outcomes) {
    let reasons = times.get(status);
    if (reasons === undefined) {
      reasons = new Map();
      times.set(status, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [...times].flatMap(([outcome, reasons]) =>
    [...reasons].map(([reason, count]) => ({ outcome, reason, times: count })),
  );
}
