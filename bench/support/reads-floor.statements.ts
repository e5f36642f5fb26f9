import { PAGE_SIZE } from './reads-queries';

/** A time as JSON has it in JavaScript. */
const instant = (column: string) => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** How many of four ascending cuts a value exceeds. */
const exceeded = (value: string, cuts: string) =>
  [1, 2, 3, 4].map((place) => `(${value} > ${cuts}[${place}])::int`).join(' + ');

/** By recency, from 1 to 5; in each by frequency. */
const SEGMENTS = `'{
  {HIBERNATING,HIBERNATING,AT_RISK,AT_RISK,CANT_LOSE_THEM},
  {HIBERNATING,HIBERNATING,AT_RISK,AT_RISK,CANT_LOSE_THEM},
  {ABOUT_TO_SLEEP,ABOUT_TO_SLEEP,NEEDS_ATTENTION,LOYAL,LOYAL},
  {PROMISING,POTENTIAL_LOYALIST,POTENTIAL_LOYALIST,LOYAL,LOYAL},
  {NEW,POTENTIAL_LOYALIST,POTENTIAL_LOYALIST,CHAMPIONS,CHAMPIONS}}'::text[]`;

/**
 * The latest five events of the identifier `i`. Between its first event and its last there are few
 * months to look into. For one profile the function is the faster, which begins with these alone;
 * for many the statement that begins with all months, but once.
 */
const EVENTS_OF_ONE = `latest_events(i.identifier_id, i.first_seen_at, i.last_seen_at,
  'ffffffff-ffff-ffff-ffff-ffffffffffff', 5)`;
const EVENTS_OF_MANY = `(
  select e.name, e.occurred_at, e.event_id from event e
  where e.identifier_id = i.identifier_id
    and e.occurred_at >= i.first_seen_at and e.occurred_at <= i.last_seen_at
  order by e.occurred_at desc, e.event_id desc
  limit 5
)`;

/** The profile `p` as JSON: every table is read by its key, and nothing is kept from before. */
const profileWith = (latestEvents: string) => `(
  select row_to_json(shown) from (
    select 'prf_' || replace(p.profile_id::text, '-', '') as id,
      array(
        select row_to_json(one) from (
          select i.namespace, i.value from identifier i
          where i.profile_id = p.profile_id and i.held_until is null
          order by i.first_seen_at, i.namespace, i.value
        ) one
      ) as identifiers,
      (
        select row_to_json(one) from (
          select coalesce(l.stage, 'ACQUISITION') as stage,
            ${instant('coalesce(l.since, p.created_at)')} as since,
            array(
              select row_to_json(reason)
              from jsonb_to_recordset(coalesce(l.reasons, '[]'))
                as reason (fact text, value jsonb, threshold jsonb)
            ) as reasons
        ) one
      ) as lifecycle,
      (
        select row_to_json(one) from (
          select coalesce(v.tier, 'LOW') as tier,
            case when v.last_order_day is not null then (
              select row_to_json(scored) from (
                select recency, frequency, monetary, (${SEGMENTS})[recency][frequency] as segment
                from (
                  select
                    5 - (${exceeded('greatest(current_date - v.last_order_day, 0)', 'c.recency_days_cuts')}) as recency,
                    1 + ${exceeded('v.orders', 'c.frequency_cuts')} as frequency,
                    1 + ${exceeded('v.revenue_minor - v.refund_minor', 'c.monetary_minor_cuts')} as monetary
                ) score
              ) scored
            ) end as rfm
        ) one
      ) as value,
      (
        select row_to_json(one) from (
          select (coalesce(a.balance, 0) - coalesce((
              select sum(o.points_left) from point_lot o
              where o.profile_id = p.profile_id and o.points_left > 0 and o.expires_at <= now()
            ), 0))::text as balance,
            coalesce(a.tier, 'MEMBER') as tier
        ) one
      ) as loyalty,
      (
        select row_to_json(one) from (
          select round(100 * (1 - exp(-coalesce(sum(5 * d.posts + 2 * d.comments + 5 * d.answers
            + d.likes + 3 * d.shares + 5 * d.attendances + d.check_ins), 0)::float8 / 50)))::int as score
          from activity_day d
          where d.profile_id = p.profile_id and d.day between current_date - 89 and current_date
        ) one
      ) as community,
      (
        select row_to_json(one) from (
          select (
            select r.code from referral_code r where r.profile_id = p.profile_id
            order by r.created_at desc, r.code limit 1
          ) as code
        ) one
      ) as referrals,
      (
        select row_to_json(one) from (
          select array(
            select row_to_json(edge) from (
              select row_to_json(node) as node from (
                select e.name, ${instant('e.occurred_at')} as "occurredAt"
                from (
                  select newest.name, newest.occurred_at
                  from identifier i
                  cross join lateral ${latestEvents} newest
                  where i.profile_id = p.profile_id
                  order by newest.occurred_at desc, newest.event_id desc
                  limit 5
                ) e
              ) node
            ) edge
          ) as edges
        ) one
      ) as events
    from (select) nothing
    left join lifecycle_state l on l.profile_id = p.profile_id and l.model = 'five-stage'
    left join customer_value v on v.profile_id = p.profile_id
    left join loyalty_account a on a.profile_id = p.profile_id
  ) shown
)`;

const CALIBRATION = `(
  select * from value_calibration order by calibrated_at desc, id desc limit 1
)`;

/** $1 the namespace, $2 the value of an identifier. */
export const PROFILE_STATEMENT = `
  select row_to_json(answer)::text as data from (
    select ${profileWith(EVENTS_OF_ONE)} as "profileByIdentifier"
    from identifier known
    join profile p on p.profile_id = known.profile_id
    cross join ${CALIBRATION} c
    where known.namespace = $1 and known.value = $2 and known.tenant = 0
  ) answer`;

/** $1 the profile that the page comes after; null for the first one. */
export const PAGE_STATEMENT = `
  with listed as (
    select profile_id, created_at from profile
    where merged_into is null and (created_at, profile_id) < (
      coalesce((select created_at from profile where profile_id = $1), 'infinity'),
      coalesce($1::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    )
    order by created_at desc, profile_id desc limit ${PAGE_SIZE + 1}
  )
  select row_to_json(answer)::text as data from (
    select (
      select row_to_json(page) from (
        select array(
            select row_to_json(edge) from (
              select ${profileWith(EVENTS_OF_MANY)} as node
              from (
                select * from listed order by created_at desc, profile_id desc limit ${PAGE_SIZE}
              ) p
              cross join ${CALIBRATION} c
              order by p.created_at desc, p.profile_id desc
            ) edge
          ) as edges,
          (
            select row_to_json(info) from (
              select (select count(*) from listed) > ${PAGE_SIZE} as "hasNextPage"
            ) info
          ) as "pageInfo"
      ) page
    ) as profiles
  ) answer`;
