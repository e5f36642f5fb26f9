/**
 * The times at which identifiers were first seen, in order: how many lie in a window is asked for
 * every event, and a profile may be too large to look at each.
 */
export class Sightings {
  private readonly times: number[] = [];

  add(at: Date): void {
    this.times.splice(this.countUntil(at.getTime()), 0, at.getTime());
  }

  /** One that was added turns out to be earlier. */
  move(from: Date, to: Date): void {
    this.times.splice(this.countUntil(from.getTime()) - 1, 1);
    this.add(to);
  }

  all(): readonly Date[] {
    return this.times.map((time) => new Date(time));
  }

  /** How many are later than `start` and no later than `end`. */
  countWithin(start: Date, end: Date): number {
    return this.countUntil(end.getTime()) - this.countUntil(start.getTime());
  }

  /** How many are no later. */
  private countUntil(time: number): number {
    let [low, high] = [0, this.times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.times[middle];
      if (at !== undefined && at <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
