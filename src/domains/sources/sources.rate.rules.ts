/** What a source has left of its rate. */
export interface Allowance {
  /** Events; below zero where a request took more at once than a minute allows. */
  readonly events: number;
  readonly atMs: number;
}

export type Taking =
  | { readonly isWithin: true; readonly left: Allowance }
  | { readonly isWithin: false; readonly retryAfterSeconds: number };

/**
 * A token bucket: an allowance grows all the time, by `perMinuteMax` in a minute and up to as much,
 * so a source that was quiet for a minute may send a minute's events at once. What does not fit is
 * refused whole and takes nothing.
 * @param allowance null where nothing was taken yet
 */
export function takeEvents(
  allowance: Allowance | null,
  events: number,
  perMinuteMax: number,
  nowMs: number,
): Taking {
  const available = availableAt(allowance, perMinuteMax, nowMs);
  // A request larger than the bucket would never fit: it waits until the bucket is full.
  const missing = Math.min(events, perMinuteMax) - available;
  if (missing <= 0) return { isWithin: true, left: { events: available - events, atMs: nowMs } };
  return { isWithin: false, retryAfterSeconds: Math.ceil((missing * 60) / perMinuteMax) };
}

function availableAt(allowance: Allowance | null, perMinuteMax: number, nowMs: number): number {
  if (allowance === null) return perMinuteMax;
  // A clock set back must not take away what there was.
  const passedMs = Math.max(0, nowMs - allowance.atMs);
  return Math.min(perMinuteMax, allowance.events + (passedMs * perMinuteMax) / 60_000);
}
