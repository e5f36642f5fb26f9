import type { Database } from '../../src/platform/database/database';
import { systemClock } from '../../src/shared/clock';
import { uuidSource } from '../../src/shared/ids';
import type { PersonProfile } from './people';

const BATCH = 5_000;

/**
 * Puts the profiles into an empty database, in their order and past the pipeline.
 * @returns the pairs of one person, each as its two ids in order, with a space between
 */
export async function fillWith(
  database: Database,
  population: readonly PersonProfile[],
): Promise<ReadonlySet<string>> {
  const pairs = new Set<string>();
  const firstIds = new Map<number, string>();
  for (let start = 0; start < population.length; start += BATCH) {
    const batch = population
      .slice(start, start + BATCH)
      .map((profile) => ({ ...profile, profileId: uuidSource.next<string>() }));
    for (const { person, profileId } of batch) {
      const first = firstIds.get(person);
      if (first === undefined) firstIds.set(person, profileId);
      else pairs.add([first, profileId].sort().join(' '));
    }
    await insert(database, batch);
  }
  return pairs;
}

async function insert(
  database: Database,
  batch: readonly (PersonProfile & { readonly profileId: string })[],
): Promise<void> {
  const now = systemClock.now();
  const identifiers = batch.flatMap(({ profileId, identifiers: own, traits }) =>
    own.map((identifier, index) => ({
      ...identifier,
      profileId,
      identifierId: uuidSource.next<string>(),
      traits: index === 0 ? Object.entries(traits) : [],
    })),
  );
  const traits = identifiers.flatMap(({ identifierId, traits: own }) =>
    own.map(([name, value]) => ({ identifierId, name, value: JSON.stringify(value) })),
  );
  await database.query('insert into profile select id, $2 from unnest($1::uuid[]) as n (id)', [
    batch.map(({ profileId }) => profileId),
    now,
  ]);
  await database.query(
    `insert into identifier
       (value, namespace, identifier_id, profile_id, first_seen_at, last_seen_at)
     select n.*, $5::timestamptz, $5::timestamptz
     from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) as n`,
    [
      identifiers.map((one) => one.value),
      identifiers.map((one) => one.namespace),
      identifiers.map((one) => one.identifierId),
      identifiers.map((one) => one.profileId),
      now,
    ],
  );
  await database.query(
    `insert into identifier_trait (identifier_id, name, value, occurred_at)
     select n.*, $4::timestamptz from unnest($1::uuid[], $2::text[], $3::jsonb[]) as n`,
    [
      traits.map((one) => one.identifierId),
      traits.map((one) => one.name),
      traits.map((one) => one.value),
      now,
    ],
  );
}

/**
 * Reads the next page of profiles with their identifiers and traits, and does nothing with them.
 * @param after the last profile of the page before; null for the first page
 * @returns the last profile of this one; null where there is none
 */
export async function readPlainly(
  database: Database,
  after: string | null,
  pageSize: number,
): Promise<string | null> {
  const page = await database.query<{ id: string }>(
    `select profile_id as id from profile
     where $1::uuid is null or profile_id > $1
     order by profile_id limit $2`,
    [after, pageSize],
  );
  const ids = page.map(({ id }) => id);
  await database.query(
    'select profile_id, namespace, value from identifier where profile_id = any($1::uuid[])',
    [ids],
  );
  await database.query(
    `select i.profile_id, t.name, t.value, t.occurred_at
     from identifier i join identifier_trait t using (identifier_id)
     where i.profile_id = any($1::uuid[])`,
    [ids],
  );
  return ids.at(-1) ?? null;
}
