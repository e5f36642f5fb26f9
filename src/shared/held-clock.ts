import type { Clock } from './clock';

/** A clock that can be held: whoever asks it meanwhile is told one instant. */
export class HeldClock implements Clock {
  private isHeld = false;
  private instant: Date | null = null;

  constructor(private readonly clock: Clock) {}

  now(): Date {
    if (!this.isHeld) return this.clock.now();
    this.instant ??= this.clock.now();
    return this.instant;
  }

  /** Whether somebody was told an instant since it is held. */
  get isAsked(): boolean {
    return this.instant !== null;
  }

  /**
   * Stands still from the next time that it is asked.
   * @param instant what it tells then; when that is where none is given
   */
  hold(instant: Date | null = null): void {
    this.isHeld = true;
    this.instant = instant;
  }

  /** Goes on. */
  release(): void {
    this.isHeld = false;
    this.instant = null;
  }
}
