import type { Database } from '../../src/platform/database/database';

/** Events of a customer on one active day. */
const EVENTS_PER_DAY = 4;

/**
 * How far back the days go, evenly: as many months have a partition. The latest is the day before
 * yesterday, for midnight may have passed since the customers did what they did today.
 */
const DAYS_BACK = 730;

/** Customers whose history one statement writes. */
const CUSTOMERS_PER_STATEMENT = 2_000;

/**
 * Gives every customer a past, straight into the tables: events of about 500 bytes with their
 * receipts, on days of the last two years, and the days themselves.
 * @param events of all customers together; the same number of each
 */
export async function storeHistory(
  database: Database,
  source: string,
  events: number,
  tell: (line: string) => void,
): Promise<void> {
  await database.query(
    `select make_event_partition(month::date)
     from generate_series(date_trunc('month', now() - interval '${DAYS_BACK + 2} days'), now(),
       '1 month') as month`,
  );
  const [row] = await database.query<{ customers: number }>(
    `select count(*)::int as customers from identifier where namespace = 'user_id'`,
  );
  const customers = row?.customers ?? 0;
  const histories = await storingHistories(database);
  const days = Math.round(events / customers / EVENTS_PER_DAY);
  for (let first = 0; first < customers; first += CUSTOMERS_PER_STATEMENT) {
    await database.query(histories, [source, first, CUSTOMERS_PER_STATEMENT, days]);
    if (first % 20_000 === 0) tell(`${first.toLocaleString('en')} customers have a past`);
  }
  // As after a quiet night: the planner knows the tables, and every page is on disk.
  await database.query('vacuum analyze');
  await database.query('checkpoint');
}

async function storingHistories(database: Database): Promise<string> {
  const rows = await database.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_name = 'activity_day' and column_name <> all ($1::text[])`,
    [['profile_id', 'day', 'identifier_id', 'events', 'first_at', 'last_at']],
  );
  const signals = rows.map(({ name }) => name);
  return `
  with customer as (
    select profile_id, identifier_id, value
    from identifier where namespace = 'user_id'
    order by value offset $2 limit $3
  ), lived as (
    select profile_id, identifier_id, value,
      current_date - (2 + (hashtextextended(value || ' ' || number, 0) & 1048575) % ${DAYS_BACK})::int
        as day
    from customer, generate_series(1, $4::int) as number
  ), day as (
    select distinct profile_id, identifier_id, value, day from lived
  ), activity as (
    insert into activity_day (profile_id, day, identifier_id, events, first_at, last_at,
      ${signals.join(', ')})
    select profile_id, day, identifier_id, ${EVENTS_PER_DAY}, day + time '08:00',
      day + time '08:00' + interval '${EVENTS_PER_DAY - 1} hours',
      ${signals.map(() => '0').join(', ')}
    from day
  ), happened as (
    select identifier_id, value, day + time '08:00' + hour * interval '1 hour' as occurred_at,
      gen_random_uuid() as event_id, gen_random_uuid() as message
    from day, generate_series(0, ${EVENTS_PER_DAY - 1}) as hour
  ), receipt as (
    insert into event_receipt (message_key, event_id, identifier_id)
    select message, event_id, identifier_id from happened
  )
  insert into event (identifier_id, occurred_at, event_id, source, message_id, name, identifiers,
    properties, received_at)
  select identifier_id, occurred_at, event_id, $1, message::text, 'Product Viewed',
    jsonb_build_array(jsonb_build_object('namespace', 'user_id', 'value', value)),
    jsonb_build_object('product_id', 'product-' || message,
      'name', 'A product that somebody looked at', 'currency', 'USD',
      'category', 'Clothing and shoes for every day of the year',
      'url', 'https://shop.example.com/products/1?utm_source=newsletter',
      'referrer', 'https://www.search.example.com/results?q=clothing+and+shoes'),
    occurred_at
  from happened`;
}
