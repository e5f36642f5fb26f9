import type { Sql, Tx } from '../../../platform/database/database';
import { inListOrder, Keyset, type PageRange } from '../../../platform/database/keyset';
import type { LifecycleModelDocument } from '../models/model';
import { type Decision, decisionsOf } from './versions.rules';

/** A version of a model as somebody saved it. */
export interface SavedVersion {
  readonly name: string;
  readonly version: number;
  readonly document: LifecycleModelDocument;
  readonly note: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface VersionKey {
  readonly name: string;
  readonly version: number;
}

const COLUMNS = `name, version, document, note, created_by as "createdBy",
  created_at as "createdAt"`;

export async function findVersion(
  sql: Sql,
  { name, version }: VersionKey,
): Promise<SavedVersion | null> {
  const [row] = await sql.query<SavedVersion>(
    `select ${COLUMNS} from lifecycle_model where name = $1 and version = $2`,
    [name, version],
  );
  return row ?? null;
}

/** Those of the versions that are saved. */
export function findSaved(sql: Sql, keys: readonly VersionKey[]): Promise<SavedVersion[]> {
  return sql.query<SavedVersion>(
    `select ${COLUMNS}
     from unnest($1::text[], $2::int[]) as k (name, version)
     join lifecycle_model using (name, version)`,
    [keys.map(({ name }) => name), keys.map(({ version }) => version)],
  );
}

/** Whether a version says exactly this. */
export async function saysTheSame(
  tx: Tx,
  { name, version, document, note }: Omit<SavedVersion, 'createdBy' | 'createdAt'>,
): Promise<boolean> {
  const rows = await tx.query(
    `select from lifecycle_model
     where name = $1 and version = $2 and document = $3::jsonb and note is not distinct from $4`,
    [name, version, JSON.stringify(document), note],
  );
  return rows.length > 0;
}

const versionOrder = new Keyset<VersionKey>([
  { sql: 'name collate "C"', type: 'text', isDescending: false, of: ({ name }) => name },
  { sql: 'version', type: 'int', isDescending: true, of: ({ version }) => version },
]);

/** Versions by name, the highest first within one. */
export async function findVersions(
  sql: Sql,
  name: string | null,
  range: PageRange<VersionKey>,
): Promise<SavedVersion[]> {
  const parameters: unknown[] = [name];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const { within, order } = versionOrder.page(range, bind);
  const rows = await sql.query<SavedVersion>(
    `select ${COLUMNS} from lifecycle_model
     where ($1::text is null or name = $1) and ${within}
     order by ${order}
     limit ${bind(range.limit)}`,
    parameters,
  );
  return inListOrder(rows, range);
}

/** One at a time: whoever saves a version looks at the others first. Reading goes on. */
export async function holdVersions(tx: Tx): Promise<void> {
  await tx.query('lock table lifecycle_model in share row exclusive mode');
}

/** How many versions were saved of all models, and the highest of one; 0 where there is none. */
export async function countVersions(
  tx: Tx,
  name: string,
): Promise<{ readonly all: number; readonly highest: number }> {
  const [counts] = await tx.query<{ all: number; highest: number }>(
    `select count(*)::int as all, coalesce(max(version) filter (where name = $1), 0) as highest
     from lifecycle_model`,
    [name],
  );
  return counts ?? { all: 0, highest: 0 };
}

export async function insertVersion(tx: Tx, saved: SavedVersion): Promise<void> {
  await tx.query(
    `insert into lifecycle_model (name, version, document, note, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      saved.name,
      saved.version,
      JSON.stringify(saved.document),
      saved.note,
      saved.createdBy,
      saved.createdAt,
    ],
  );
}

/** What was decided of each model named, by time. */
export async function findDecisions(
  sql: Sql,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly Decision[]>> {
  const rows = await sql.query<Decision & { model: string }>(
    `select model, since, version from lifecycle_ruling
     where model = any($1::text[])
     order by model, since, ruling_id`,
    [names],
  );
  const decisions = new Map<string, Decision[]>(names.map((name) => [name, []]));
  for (const { model, since, version } of rows) decisions.get(model)?.push({ since, version });
  return decisions;
}

/** What was decided of one model, by time; of the default one also where nobody has decided. */
export async function findDecisionsOf(
  sql: Sql,
  name: string,
  defaultName: string,
): Promise<readonly Decision[]> {
  const recorded = (await findDecisions(sql, [name])).get(name) ?? [];
  return decisionsOf(name, defaultName, recorded);
}

/** The models that are in use, by what was decided. */
export async function findModelsInUse(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ model: string }>(
    `select model from (
       select distinct on (model) model, version from lifecycle_ruling
       order by model, since desc, ruling_id desc
     ) last
     where version is not null`,
  );
  return rows.map(({ model }) => model);
}
