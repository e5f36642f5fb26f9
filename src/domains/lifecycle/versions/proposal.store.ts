import type { Sql, Tx } from '../../../platform/database/database';
import type { ProposalFindings } from './proposal.rules';
import type { VersionKey } from './versions.store';

/** A draft that was proposed, and what it was proposed from. */
export interface RecordedProposal extends VersionKey {
  /** The version that was in force. */
  readonly basedOn: number;
  readonly findings: ProposalFindings;
  readonly proposedAt: Date;
}

const COLUMNS =
  'p.model as name, p.version, p.based_on as "basedOn", p.findings, p.proposed_at as "proposedAt"';

/** @returns what is recorded: of a draft that was proposed before, what was found then */
export async function addProposal(tx: Tx, proposal: RecordedProposal): Promise<RecordedProposal> {
  tx.send(
    `insert into lifecycle_proposal (model, version, based_on, findings, proposed_at)
     values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [
      proposal.name,
      proposal.version,
      proposal.basedOn,
      JSON.stringify(proposal.findings),
      proposal.proposedAt,
    ],
  );
  const [recorded] = await findProposals(tx, [proposal]);
  if (recorded === undefined) throw new Error('What was proposed is not recorded.');
  return recorded;
}

export function findProposals(sql: Sql, keys: readonly VersionKey[]): Promise<RecordedProposal[]> {
  return sql.query<RecordedProposal>(
    `select ${COLUMNS}
     from unnest($1::text[], $2::int[]) as k (model, version)
     join lifecycle_proposal p using (model, version)`,
    [keys.map(({ name }) => name), keys.map(({ version }) => version)],
  );
}

/** The last one of a model; null where there is none. */
export async function findLastProposal(sql: Sql, name: string): Promise<RecordedProposal | null> {
  const [row] = await sql.query<RecordedProposal>(
    `select ${COLUMNS} from lifecycle_proposal p where p.model = $1 order by p.version desc limit 1`,
    [name],
  );
  return row ?? null;
}

/** When each model was last reviewed; those that never were are left out. */
export async function findReviews(sql: Sql): Promise<ReadonlyMap<string, Date>> {
  const rows = await sql.query<{ model: string; reviewedAt: Date }>(
    'select model, reviewed_at as "reviewedAt" from lifecycle_review',
  );
  return new Map(rows.map(({ model, reviewedAt }) => [model, reviewedAt]));
}

/**
 * Records a review, unless somebody else reviewed the model meanwhile.
 * @param before when it was reviewed last, as far as the reviewer knows; null for never
 * @returns whether it was recorded
 */
export async function saveReview(
  tx: Tx,
  model: string,
  before: Date | null,
  now: Date,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into lifecycle_review as r (model, reviewed_at) values ($1, $3)
     on conflict (model) do update set reviewed_at = excluded.reviewed_at
       where r.reviewed_at = $2
     returning model`,
    [model, before, now],
  );
  return rows.length > 0;
}
