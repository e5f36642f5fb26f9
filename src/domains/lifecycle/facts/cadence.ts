/**
 * How often a customer comes, from the gaps between the days on which they did. The median, which
 * one long pause does not move; and a burst does not either, since days in a row are one occasion.
 */
export class Cadence {
  private lastDay = Number.NaN;
  private occasionDay = Number.NaN;

  constructor(
    /** Days between successive days, ascending. */
    private readonly dayGaps: number[] = [],
    /** Days from the beginning of one occasion to that of the next, ascending. */
    private readonly occasionGaps: number[] = [],
  ) {}

  /** To add to without changing this one. */
  copy(): Cadence {
    const copy = new Cadence([...this.dayGaps], [...this.occasionGaps]);
    copy.lastDay = this.lastDay;
    copy.occasionDay = this.occasionDay;
    return copy;
  }

  /**
   * @param day after all that were added before
   * @param occasionDays a day that follows the one before by no more belongs to the same occasion
   */
  add(day: number, occasionDays: number): void {
    if (Number.isNaN(this.lastDay)) {
      this.occasionDay = day;
    } else {
      const gap = day - this.lastDay;
      insertSorted(this.dayGaps, gap);
      if (gap > occasionDays) {
        insertSorted(this.occasionGaps, day - this.occasionDay);
        this.occasionDay = day;
      }
    }
    this.lastDay = day;
  }

  /**
   * Days. Of somebody who comes day by day, so that there are no occasions to tell apart, the gaps
   * between the days. Null with fewer than two gaps: one is an anecdote.
   */
  get days(): number | null {
    if (this.occasionGaps.length >= 2) return median(this.occasionGaps);
    return this.dayGaps.length >= 2 ? median(this.dayGaps) : null;
  }
}

function median(sorted: readonly number[]): number {
  const upper = sorted[sorted.length >>> 1] as number;
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[(sorted.length >>> 1) - 1] as number) + upper) / 2;
}

function insertSorted(sorted: number[], value: number): void {
  let index = sorted.length;
  while (index > 0 && (sorted[index - 1] as number) > value) index -= 1;
  if (index === sorted.length) sorted.push(value);
  else sorted.splice(index, 0, value);
}
