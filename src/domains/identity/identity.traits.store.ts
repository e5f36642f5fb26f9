import type { Sql, Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { IdentifierTrait, ToldTrait } from './identity.traits.rules';

/**
 * Keeps for every identifier and name the value of the latest event, whatever the order of
 * arrival; of two at the same instant the greater text, so that both orders agree.
 */
export function recordLatestTraits(tx: Tx, traits: readonly IdentifierTrait[]): void {
  if (traits.length === 0) return;
  tx.send(
    `insert into identifier_trait as t (identifier_id, name, value, occurred_at)
     select distinct on (n.identifier_id, n.name) n.*
     from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[])
       as n (identifier_id, name, value, occurred_at)
     order by n.identifier_id, n.name, n.occurred_at desc, n.value::text desc
     on conflict (identifier_id, name) do update set
       value = excluded.value, occurred_at = excluded.occurred_at
     where (excluded.occurred_at, excluded.value::text) > (t.occurred_at, t.value::text)`,
    toColumns(traits),
  );
}

/** What is kept of those traits, whose identifiers the caller has locked. */
export function findIdentifierTraits(
  tx: Tx,
  traits: readonly IdentifierTrait[],
): Promise<IdentifierTrait[]> {
  return tx.query<IdentifierTrait>(
    `select identifier_id as "identifierId", name, value, occurred_at as "occurredAt"
     from identifier_trait
     join (select distinct * from unnest($1::uuid[], $2::text[]) as w (identifier_id, name)) wanted
       using (identifier_id, name)`,
    [traits.map((trait) => trait.identifierId), traits.map((trait) => trait.name)],
  );
}

/** Puts these in the place of what was kept. */
export function replaceTraits(tx: Tx, traits: readonly IdentifierTrait[]): void {
  tx.send(
    `insert into identifier_trait as t (identifier_id, name, value, occurred_at)
     select * from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[])
     on conflict (identifier_id, name) do update set
       value = excluded.value, occurred_at = excluded.occurred_at
     where (excluded.value, excluded.occurred_at) is distinct from (t.value, t.occurred_at)`,
    toColumns(traits),
  );
}

export interface ProfileTrait extends ToldTrait {
  readonly profileId: ProfileId;
  readonly name: string;
}

/**
 * What is kept of each profile's traits: of those to be folded what every identifier keeps, of
 * the others the latest.
 */
export function findTraits(
  sql: Sql,
  profileIds: readonly ProfileId[],
  foldedNames: readonly string[],
): Promise<ProfileTrait[]> {
  return sql.query<ProfileTrait>(
    `select distinct on (profile_id, name, part)
       profile_id as "profileId", name, value, occurred_at as "occurredAt"
     from (
       select i.profile_id, t.name, t.value, t.occurred_at,
         case when t.name = any($2::text[]) then t.identifier_id end as part
       from identifier i
       join identifier_trait t using (identifier_id)
       where i.profile_id = any($1::uuid[])
     ) kept
     order by profile_id, name, part, occurred_at desc, value::text desc`,
    [profileIds, foldedNames],
  );
}

function toColumns(traits: readonly IdentifierTrait[]) {
  return [
    traits.map((trait) => trait.identifierId),
    traits.map((trait) => trait.name),
    traits.map((trait) => JSON.stringify(trait.value)),
    traits.map((trait) => trait.occurredAt),
  ];
}
