import type { Database } from '../../src/platform/database/database';
import { uuidSource } from '../../src/shared/ids';
import type { PageView } from './page-views';

/** A customer's node of the graph. */
export interface CustomerNode {
  readonly userId: string;
  readonly identifierId: string;
  readonly profileId: string;
}

/** The customers by the id they are known by. */
export async function findCustomers(
  database: Database,
): Promise<ReadonlyMap<string, CustomerNode>> {
  const rows = await database.query<CustomerNode>(
    `select value as "userId", identifier_id as "identifierId", profile_id as "profileId"
     from identifier where namespace = 'user_id'`,
  );
  return new Map(rows.map((row) => [row.userId, row]));
}

/**
 * The floor: the rows that a batch adds, by one multi-row insert for each table that gains any,
 * in one transaction and asking nothing. What the pipeline changes in rows that were there (days,
 * when identifiers were seen) the floor leaves alone.
 */
export function insertPlainly(
  database: Database,
  source: string,
  views: readonly PageView[],
  customers: ReadonlyMap<string, CustomerNode>,
): Promise<void> {
  const now = new Date();
  const rows = views.map((view) => {
    const customer = customers.get(view.userId);
    if (customer === undefined) throw new Error(`Nobody is ${view.userId}.`);
    return { view, customer, eventId: uuidSource.next<string>() };
  });
  const added = rows.flatMap(({ view: { anonymousId }, customer, eventId }) =>
    anonymousId === undefined
      ? []
      : [{ anonymousId, customer, eventId, identifierId: uuidSource.next<string>() }],
  );
  return database.transaction(async (tx) => {
    await tx.query(
      `insert into event_receipt (message_key, event_id, identifier_id)
       select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])`,
      [
        rows.map(() => uuidSource.next<string>()),
        rows.map(({ eventId }) => eventId),
        rows.map(({ customer }) => customer.identifierId),
      ],
    );
    await tx.query(
      `insert into event (identifier_id, occurred_at, event_id, source, message_id, name,
         identifiers, properties, received_at)
       select n.*, $9::timestamptz from unnest($1::uuid[], $2::timestamptz[], $3::uuid[],
         $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[]) as n`,
      [
        rows.map(({ customer }) => customer.identifierId),
        rows.map(({ view }) => view.timestamp),
        rows.map(({ eventId }) => eventId),
        rows.map(() => source),
        rows.map(({ view }) => view.messageId),
        rows.map(({ view }) => view.event),
        rows.map(({ view }) => JSON.stringify(identifiersOf(view))),
        rows.map(({ view }) => JSON.stringify(view.properties)),
        now,
      ],
    );
    await tx.query(
      `insert into identifier (value, namespace, identifier_id, profile_id, first_seen_at,
         last_seen_at, signed_in_at)
       select value, 'anonymous_id', identifier_id, profile_id, $4, $4, $4
       from unnest($1::text[], $2::uuid[], $3::uuid[]) as n (value, identifier_id, profile_id)`,
      [
        added.map(({ anonymousId }) => anonymousId),
        added.map(({ identifierId }) => identifierId),
        added.map(({ customer }) => customer.profileId),
        now,
      ],
    );
    await tx.query(
      `insert into identity_link (identifier_id, linked_identifier_id, event_id, source, linked_at)
       select n.*, $4, $5 from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as n`,
      [
        added.map(({ identifierId }) => identifierId),
        added.map(({ customer }) => customer.identifierId),
        added.map(({ eventId }) => eventId),
        source,
        now,
      ],
    );
  });
}

function identifiersOf({ userId, anonymousId }: PageView) {
  const named = [{ namespace: 'user_id', value: userId }];
  if (anonymousId !== undefined) named.push({ namespace: 'anonymous_id', value: anonymousId });
  return named;
}
