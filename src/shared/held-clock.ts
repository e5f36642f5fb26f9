import type { Clock } from './clock';

/** A clock that can be held: whoever asks it meanwhile is told one instant. */
export class HeldClock implements Clock {
  private held: Date | null = null;

  constructor(private readonly clock: Clock) {}

  now(): Date {
    return this.held ?? this.clock.now();
  }

  /** Stands still from now on. */
  hold(): void {
    this.held = this.clock.now();
  }

  /** Goes on. */
  release(): void {
    this.held = null;
  }
}
