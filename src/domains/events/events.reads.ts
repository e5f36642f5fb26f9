import type { Sql } from '../../platform/database/database';
import type { BatchLoad } from '../../platform/graphql/context';
import type { InstantPosition } from '../../platform/graphql/instant-cursor';
import type { ProfileId } from '../../shared/ids';
import { findLatestNamed, type SampledEvent } from './events.sample.store';
import { findEvents, type ProfileEventRow } from './events.store';

export interface EventPageKey {
  readonly profileId: ProfileId;
  readonly before: InstantPosition | null;
  /** Rows wanted. */
  readonly limit: number;
}

export class EventReads {
  constructor(private readonly sql: Sql) {}

  /** Pages of events, newest first. Profiles that want the same page share a statement. */
  readonly pageByProfile: BatchLoad<EventPageKey, readonly ProfileEventRow[]> = async (keys) => {
    const pages = new Map<EventPageKey, ProfileEventRow[]>(keys.map((key) => [key, []]));
    for (const group of groupByPage(keys)) {
      const [{ before, limit }] = group;
      // Keys are compared by identity, so that one page may be asked for under several of them.
      const profileIds = [...new Set(group.map((key) => key.profileId))];
      const rows = await findEvents(this.sql, profileIds, before, limit);
      for (const key of group) {
        pages.get(key)?.push(...rows.filter((row) => row.profileId === key.profileId));
      }
    }
    return keys.map((key) => pages.get(key) ?? []);
  };

  /** The latest events of a name, in portions, as far as they are found with bounded work. */
  latestNamed(name: string, limit: number): AsyncIterable<readonly SampledEvent[]> {
    return findLatestNamed(this.sql, name, limit);
  }
}

function groupByPage(keys: readonly EventPageKey[]): [EventPageKey, ...EventPageKey[]][] {
  const groups = new Map<string, [EventPageKey, ...EventPageKey[]]>();
  for (const key of keys) {
    const name = `${key.limit} ${key.before?.at.toISOString()} ${key.before?.id}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [key]);
    else group.push(key);
  }
  return [...groups.values()];
}
