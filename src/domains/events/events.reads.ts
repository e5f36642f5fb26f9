import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import { type Count, countUpTo } from '../../platform/graphql/count.type';
import type { ProfileId } from '../../shared/ids';
import { findLatestNamed, type SampledEvent } from './events.sample.store';
import { countEvents, type EventOfPage, type EventPage, findEventPages } from './events.store';

export class EventReads {
  constructor(private readonly sql: Sql) {}

  /** Pages of events, newest first. Pages of one shape share a statement. */
  readonly eventsByPage: BatchLoad<EventPage, readonly EventOfPage[]> = (pages) =>
    findEventPages(this.sql, pages);

  readonly countByProfile: BatchLoad<ProfileId, Count> = async (profileIds) =>
    (await countEvents(this.sql, profileIds)).map(countUpTo);

  /** The latest events of a name, in portions, as far as they are found with bounded work. */
  latestNamed(name: string, limit: number): AsyncIterable<readonly SampledEvent[]> {
    return findLatestNamed(this.sql, name, limit);
  }
}
