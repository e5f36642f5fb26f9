import type { Clock } from './clock';

/** A clock that can be held: whoever asks it meanwhile is told one instant. */
export class HeldClock implements Clock {
  /** Whose instant it tells; null while it goes on. */
  private holder: Clock | null = null;
  private instant: Date | null = null;

  constructor(private readonly clock: Clock) {}

  now(): Date {
    if (this.holder === null) return this.clock.now();
    this.instant ??= this.holder.now();
    return this.instant;
  }

  /** Whether somebody was told an instant since it is held. */
  get isAsked(): boolean {
    return this.instant !== null;
  }

  /**
   * Stands still from the next time that it is asked.
   * @param holder what it is told then, and tells from then on; its own time unless given
   */
  hold(holder: Clock = this.clock): void {
    this.holder = holder;
    this.instant = null;
  }

  /** Goes on. */
  release(): void {
    this.holder = null;
    this.instant = null;
  }
}
