import type { Clock } from '../../src/shared/clock';
import { MS_PER_DAY } from '../../src/shared/days';

/** A clock that stands where a test puts it. */
export class TestClock implements Clock {
  private instant: Date;

  constructor(start: string) {
    this.instant = new Date(start);
  }

  now(): Date {
    return this.instant;
  }

  set(instant: string): void {
    this.instant = new Date(instant);
  }

  advanceDays(days: number): void {
    this.instant = new Date(this.instant.getTime() + days * MS_PER_DAY);
  }
}
