import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { DailySignals } from '../activity';
import { type DayEventRow, findEventsOfDays, type ProfileDay } from './events.days.store';
import type { EventMap } from './events.map';
import type { ProfileEventRow } from './events.store';

/** Of a day with more not all are read, so that nobody can make a day that takes long to read. */
const EVENTS_OF_DAY_MAX = 500;

/** An event of a day, and what it added to it. */
export interface DayEvent {
  readonly event: ProfileEventRow;
  readonly signals: Partial<DailySignals>;
}

/** What happened on a day, as far as it makes a difference to what the day adds up to. */
export interface DayEvents {
  /** How many events there were that could be read, whatever they added. */
  readonly count: number;
  /** By time: the first of the day, and all that added more than that something happened. */
  readonly telling: readonly DayEvent[];
}

export class DayEventReads {
  private readonly names: readonly string[];

  constructor(
    private readonly sql: Sql,
    private readonly map: EventMap,
  ) {
    this.names = [...map.keys()];
  }

  /** Days without events, or whose events are no longer kept, have none. */
  readonly eventsByDay: BatchLoad<ProfileDay, DayEvents> = async (days) => {
    const rows = await findEventsOfDays(this.sql, days, this.names, EVENTS_OF_DAY_MAX);
    const byPlace = new Map<number, { count: number; telling: DayEvent[] }>();
    for (const { place, events, ...event } of rows) {
      const known = byPlace.get(place);
      const ofDay = known ?? { count: events, telling: [] };
      if (known === undefined) byPlace.set(place, ofDay);
      ofDay.telling.push({ event, signals: this.signalsOf(event) });
    }
    return days.map((_, index) => byPlace.get(index + 1) ?? { count: 0, telling: [] });
  };

  private signalsOf({ name, properties }: Omit<DayEventRow, 'place' | 'events'>) {
    const reading = this.map.get(name)?.(properties) ?? {};
    return 'fault' in reading ? {} : reading;
  }
}
