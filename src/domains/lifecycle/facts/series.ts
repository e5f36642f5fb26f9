import type { EpochDay } from '../../../shared/days';

/**
 * One thing a customer did, day by day: the days that carry it, ascending, and how much of it up to
 * each. A window is two look-ups, however long it is.
 */
export class DaySeries {
  constructor(
    private readonly days: number[] = [],
    /** The sum up to and including the day of the same place. */
    private readonly sums: number[] = [],
  ) {}

  /** To add to without changing this one. */
  copy(): DaySeries {
    return new DaySeries([...this.days], [...this.sums]);
  }

  /** @param day after all that were added before */
  add(day: EpochDay, amount: number): void {
    this.sums.push(this.total + amount);
    this.days.push(day);
  }

  /** How many days carry it. */
  get count(): number {
    return this.days.length;
  }

  get total(): number {
    return this.sums.length === 0 ? 0 : (this.sums[this.sums.length - 1] as number);
  }

  /** 0 where there is none. */
  get first(): number {
    return this.days.length === 0 ? 0 : (this.days[0] as number);
  }

  /** 0 where there is none. */
  get last(): number {
    return this.days.length === 0 ? 0 : (this.days[this.days.length - 1] as number);
  }

  /** How many days lie after `day`. */
  countAfter(day: number): number {
    return this.days.length - this.placeAfter(day);
  }

  /** The sum over the days after `day`. */
  sumAfter(day: number): number {
    const place = this.placeAfter(day);
    return place === 0 ? this.total : this.total - (this.sums[place - 1] as number);
  }

  /** The first day after `day`. */
  firstAfter(day: number): number | undefined {
    return this.days[this.placeAfter(day)];
  }

  /** The day that has `count` − 1 days after it. */
  fromLast(count: number): number | undefined {
    return this.days[this.days.length - count];
  }

  dayAt(place: number): number {
    return this.days[place] as number;
  }

  amountAt(place: number): number {
    return place === 0
      ? (this.sums[0] as number)
      : (this.sums[place] as number) - (this.sums[place - 1] as number);
  }

  private placeAfter(day: number): number {
    let high = this.days.length;
    // Most windows reach beyond the first day or begin after the last.
    if (high === 0 || (this.days[high - 1] as number) <= day) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.days[middle] as number) <= day) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
