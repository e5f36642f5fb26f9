import type { Sql, Tx } from '../../platform/database/database';
import type { ProfileId } from '../../shared/ids';
import type { IdentifierConsent } from './consents.rules';

/** What a profile says of a purpose that at least one of its identifiers has decided on. */
export interface ProfileConsent {
  readonly purpose: string;
  readonly isGranted: boolean;
  /** When the decision was made that settles it: the latest refusal, else the latest grant. */
  readonly decidedAt: Date;
}

/**
 * Keeps for every identifier and purpose the decision of the latest event, whatever the order of
 * arrival; at the same instant the refusal wins. The identifiers are of profiles whose locks the
 * caller holds.
 * @param consents one for each identifier and purpose
 */
export async function recordLatestConsents(
  tx: Tx,
  consents: readonly IdentifierConsent[],
): Promise<void> {
  if (consents.length === 0) return;
  await tx.query(
    // In one order, for whoever writes without the locks that keep batches apart.
    `insert into identifier_consent as c
       (identifier_id, purpose, is_granted, occurred_at, event_id)
     select n.*
     from unnest($1::uuid[], $2::text[], $3::boolean[], $4::timestamptz[], $5::uuid[])
       as n (identifier_id, purpose, is_granted, occurred_at, event_id)
     order by n.identifier_id, n.purpose collate "C"
     on conflict (identifier_id, purpose) do update set
       is_granted = excluded.is_granted,
       occurred_at = excluded.occurred_at,
       event_id = excluded.event_id
     where (excluded.occurred_at, not excluded.is_granted) > (c.occurred_at, not c.is_granted)`,
    [
      consents.map((consent) => consent.identifierId),
      consents.map((consent) => consent.purpose),
      consents.map((consent) => consent.isGranted),
      consents.map((consent) => consent.occurredAt),
      consents.map((consent) => consent.eventId),
    ],
  );
}

/**
 * What each profile consents to, in the order of the purposes: the most restrictive of what its
 * identifiers say last.
 */
export function findProfileConsents(
  sql: Sql,
  profileIds: readonly ProfileId[],
): Promise<(ProfileConsent & { readonly profileId: ProfileId })[]> {
  return sql.query(
    // By code points, so that the order does not hang on the server's language.
    `select i.profile_id as "profileId", c.purpose, bool_and(c.is_granted) as "isGranted",
       coalesce(
         max(c.occurred_at) filter (where not c.is_granted),
         max(c.occurred_at)
       ) as "decidedAt"
     from identifier i
     join identifier_consent c using (identifier_id)
     where i.profile_id = any($1::uuid[])
     group by i.profile_id, c.purpose
     order by c.purpose collate "C"`,
    [profileIds],
  );
}
