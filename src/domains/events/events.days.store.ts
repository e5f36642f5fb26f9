import type { Sql } from '../../platform/database/database';
import { type EpochDay, startOfDay } from '../../shared/days';
import type { ProfileId } from '../../shared/ids';
import type { ProfileEventRow } from './events.store';

/** A UTC day of a profile. */
export interface ProfileDay {
  readonly profileId: ProfileId;
  readonly day: EpochDay;
}

export interface DayEventRow extends ProfileEventRow {
  /** Of the days asked for, from 1. */
  readonly place: number;
  /** How many events the day has, those that are not named among them. */
  readonly events: number;
}

/**
 * Of each day the first event and those of some names, by time, and at the same instant by what
 * their senders call them: not by the order in which they arrived. Each identifier gives its
 * events of the day through the primary key.
 * @param limit of a day with more events only so many are seen, whichever
 */
export function findEventsOfDays(
  sql: Sql,
  days: readonly ProfileDay[],
  names: readonly string[],
  limit: number,
): Promise<DayEventRow[]> {
  return sql.query<DayEventRow>(
    `select d.place::int as place, e.events, e.event_id as "eventId", e.name, e.source,
       e.message_id as "messageId", e.channel, e.properties, e.occurred_at as "occurredAt",
       e.received_at as "receivedAt"
     from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])
       with ordinality as d (profile_id, begins, ends, place)
     cross join lateral (
       select whole.*, count(*) over ()::int as events,
         row_number() over (order by whole.occurred_at, whole.source, whole.message_id) as nth
       from (
         select latest.* from identifier i
         cross join lateral latest_events(i.identifier_id, d.begins, d.ends, null, $5) latest
         where i.profile_id = d.profile_id
         limit $5
       ) whole
     ) e
     where e.nth = 1 or e.name = any($4::text[])
     order by d.place, e.nth`,
    [
      days.map(({ profileId }) => profileId),
      days.map(({ day }) => startOfDay(day)),
      days.map(({ day }) => startOfDay((day + 1) as EpochDay)),
      names,
      limit,
    ],
  );
}
