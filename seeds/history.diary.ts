import type { IncomingEvent } from '../src/domains/events';
import type { Customer, Touchpoint } from './customer';
import { canBeSignedIn, identifiersAt } from './history.identifiers';
import type { DemoEventName, DraftEvent } from './history.model';
import type { Random } from './random';

/** Where all that a customer does is written down, and looked up by which channel they do it. */
export class Diary {
  readonly events: DraftEvent[] = [];

  constructor(
    readonly random: Random,
    readonly customer: Customer,
  ) {}

  /** A channel in use by then that fits, the one they came by more often; null where none does. */
  touchpointAt(age: number, fits: (touchpoint: Touchpoint) => boolean): Touchpoint | null {
    const [home] = this.customer.touchpoints;
    const [first, ...others] = this.customer.touchpoints
      .filter((touchpoint) => touchpoint.firstAge >= age && fits(touchpoint))
      .map((touchpoint) => [touchpoint, touchpoint === home ? 2 : 1] as const);
    return first === undefined ? null : this.random.weighted<Touchpoint>([first, ...others]);
  }

  /** Signed in where that is possible; a till reads the card and nothing else. */
  usualIdentifiers(touchpoint: Touchpoint, age: number): IncomingEvent['identifiers'] {
    const isSignedIn = touchpoint.channel !== 'store' && canBeSignedIn(touchpoint, age);
    return identifiersAt(this.customer, touchpoint, age, isSignedIn);
  }

  add(
    name: DemoEventName,
    age: number,
    touchpoint: Touchpoint,
    event: Partial<Pick<DraftEvent, 'identifiers' | 'properties' | 'traits'>>,
  ): void {
    const identifiers = event.identifiers ?? this.usualIdentifiers(touchpoint, age);
    this.events.push({ ...event, age, name, channel: touchpoint.channel, identifiers });
  }
}
