import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 20;

export interface Deadline {
  readonly secondsMax: number;
  hasPassed(): boolean;
}

/** A bound on a wait, measured on the monotonic clock: a corrected wall clock cannot stretch it. */
export function deadlineAfter(secondsMax: number): Deadline {
  const endsAtMs = performance.now() + secondsMax * 1000;
  return { secondsMax, hasPassed: () => performance.now() >= endsAtMs };
}

/** Asks again and again until there is an answer; undefined when the deadline passes first. */
export async function pollUntil<T>(
  deadline: Deadline,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || deadline.hasPassed()) return answer;
    await sleep(POLL_INTERVAL_MS);
  }
}
