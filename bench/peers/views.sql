-- What PostGraphile cannot tell from the tables alone, made as its documentation recommends: views,
-- which the planner sees through, and one function for what takes an argument. They show the same
-- as our API and nothing is kept in them.

create view profile_lifecycle as
  select profile_id, stage, since, reasons
  from lifecycle_state where model = 'five-stage';

create view profile_value as
  select s.profile_id, s.tier, s.recency, s.frequency, s.monetary,
    (array[
      array['HIBERNATING', 'HIBERNATING', 'AT_RISK', 'AT_RISK', 'CANT_LOSE_THEM'],
      array['HIBERNATING', 'HIBERNATING', 'AT_RISK', 'AT_RISK', 'CANT_LOSE_THEM'],
      array['ABOUT_TO_SLEEP', 'ABOUT_TO_SLEEP', 'NEEDS_ATTENTION', 'LOYAL', 'LOYAL'],
      array['PROMISING', 'POTENTIAL_LOYALIST', 'POTENTIAL_LOYALIST', 'LOYAL', 'LOYAL'],
      array['NEW', 'POTENTIAL_LOYALIST', 'POTENTIAL_LOYALIST', 'CHAMPIONS', 'CHAMPIONS']
    ])[s.recency][s.frequency] as segment
  from (
    select v.profile_id, v.tier,
      case when v.last_order_day is not null then
        5 - (current_date - v.last_order_day > c.recency_days_cuts[1])::int
          - (current_date - v.last_order_day > c.recency_days_cuts[2])::int
          - (current_date - v.last_order_day > c.recency_days_cuts[3])::int
          - (current_date - v.last_order_day > c.recency_days_cuts[4])::int end as recency,
      case when v.last_order_day is not null then
        1 + (v.orders > c.frequency_cuts[1])::int + (v.orders > c.frequency_cuts[2])::int
          + (v.orders > c.frequency_cuts[3])::int + (v.orders > c.frequency_cuts[4])::int
        end as frequency,
      case when v.last_order_day is not null then
        1 + (v.revenue_minor - v.refund_minor > c.monetary_minor_cuts[1])::int
          + (v.revenue_minor - v.refund_minor > c.monetary_minor_cuts[2])::int
          + (v.revenue_minor - v.refund_minor > c.monetary_minor_cuts[3])::int
          + (v.revenue_minor - v.refund_minor > c.monetary_minor_cuts[4])::int end as monetary
    from customer_value v
    cross join (
      select * from value_calibration order by calibrated_at desc, id desc limit 1
    ) c
  ) s;

create view profile_loyalty as
  select p.profile_id, coalesce(a.tier, 'MEMBER') as tier,
    coalesce(a.balance, 0) - coalesce((
      select sum(o.points_left) from point_lot o
      where o.profile_id = p.profile_id and o.points_left > 0 and o.expires_at <= now()
    ), 0)::bigint as balance
  from profile p
  left join loyalty_account a using (profile_id);

create view profile_community as
  select p.profile_id, (
    select round(100 * (1 - exp(-coalesce(sum(5 * d.posts + 2 * d.comments + 5 * d.answers
      + d.likes + 3 * d.shares + 5 * d.attendances + d.check_ins), 0)::float8 / 50)))::int
    from activity_day d
    where d.profile_id = p.profile_id and d.day between current_date - 89 and current_date
  ) as score
  from profile p;

create view profile_referrals as
  select p.profile_id, (
    select r.code from referral_code r
    where r.profile_id = p.profile_id order by r.created_at desc, r.code limit 1
  ) as code
  from profile p;

create function profile_latest_events(p profile, page int) returns setof event
language sql stable as $$
  select newest.*
  from identifier i
  cross join lateral latest_events(i.identifier_id, i.first_seen_at, i.last_seen_at,
    'ffffffff-ffff-ffff-ffff-ffffffffffff', page) newest
  where i.profile_id = p.profile_id
  order by newest.occurred_at desc, newest.event_id desc
  limit page
$$;
