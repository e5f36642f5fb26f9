import type { Sql, Tx } from '../../platform/database/database';
import { inListOrder, Keyset, type PageRange } from '../../platform/database/keyset';
import type { JsonObject } from '../../shared/json';
import type { EventSchemaRow, SchemaEnforcement } from './event-schemas.model';

const COLUMNS = `event_name as name, version, schema, enforcement, is_active as "isActive",
  registered_at as "registeredAt", registered_by as "registeredBy",
  activated_at as "activatedAt", activated_by as "activatedBy",
  retired_at as "retiredAt", retired_by as "retiredBy"`;

/** One registration or activation at a time: they are rare, and look at others before they write. */
export async function lockSchemas(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('event schemas', 0))`);
}

export async function findSchema(
  sql: Sql,
  name: string,
  version: number,
): Promise<EventSchemaRow | null> {
  const [row] = await sql.query<EventSchemaRow>(
    `select ${COLUMNS} from event_schema where event_name = $1 and version = $2`,
    [name, version],
  );
  return row ?? null;
}

/** How many versions there are that are not retired, and the highest one of a name ever registered. */
export async function countSchemas(
  tx: Tx,
  name: string,
): Promise<{ readonly inUse: number; readonly highest: number }> {
  const [counts] = await tx.query<{ inUse: number; highest: number }>(
    `select (count(*) filter (where retired_at is null))::int as "inUse",
       coalesce(max(version) filter (where event_name = $1), 0) as highest
     from event_schema`,
    [name],
  );
  return counts ?? { inUse: 0, highest: 0 };
}

export interface NewSchema {
  readonly name: string;
  readonly version: number;
  readonly schema: JsonObject;
  readonly enforcement: SchemaEnforcement;
  readonly actor: string;
}

export async function insertSchema(
  tx: Tx,
  { name, version, schema, enforcement, actor }: NewSchema,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into event_schema
       (event_name, version, schema, enforcement, is_active, registered_at, registered_by)
     values ($1, $2, $3, $4, false, $5, $6)`,
    [name, version, JSON.stringify(schema), enforcement, now, actor],
  );
}

/** Makes a version the active one of its name; none other is any longer. */
export async function activateSchema(
  tx: Tx,
  name: string,
  version: number,
  enforcement: SchemaEnforcement,
  actor: string,
  now: Date,
): Promise<void> {
  // Two statements: the unique index would see two active ones within one.
  await tx.query(
    `update event_schema set is_active = false
     where event_name = $1 and is_active and version <> $2`,
    [name, version],
  );
  await tx.query(
    `update event_schema
     set is_active = true, enforcement = $3, activated_at = $4, activated_by = $5
     where event_name = $1 and version = $2 and (not is_active or enforcement <> $3)`,
    [name, version, enforcement, now, actor],
  );
}

/** Who retired it first is kept. */
export async function retireSchema(
  tx: Tx,
  name: string,
  version: number,
  actor: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `update event_schema set is_active = false, retired_at = $3, retired_by = $4
     where event_name = $1 and version = $2 and retired_at is null`,
    [name, version, now, actor],
  );
}

/** Everything of a version but its schema, which is long and never changes. */
export interface SchemaHeader {
  readonly name: string;
  readonly version: number;
  readonly enforcement: SchemaEnforcement;
  readonly isActive: boolean;
}

/** The versions that events can be judged by. */
export function findHeaders(sql: Sql): Promise<SchemaHeader[]> {
  return sql.query<SchemaHeader>(
    `select event_name as name, version, enforcement, is_active as "isActive"
     from event_schema
     where retired_at is null`,
  );
}

export interface SchemaKey {
  readonly name: string;
  readonly version: number;
}

export function findDocuments(
  sql: Sql,
  keys: readonly SchemaKey[],
): Promise<(SchemaKey & { schema: JsonObject })[]> {
  return sql.query(
    `select s.event_name as name, s.version, s.schema
     from unnest($1::text[], $2::int[]) as k (event_name, version)
     join event_schema s using (event_name, version)`,
    [keys.map(({ name }) => name), keys.map(({ version }) => version)],
  );
}

/** By name, the highest version first within one. */
const schemaOrder = new Keyset<SchemaKey>([
  { sql: 'event_name', type: 'text', isDescending: false, of: ({ name }) => name },
  { sql: 'version', type: 'int', isDescending: true, of: ({ version }) => version },
]);

export async function findSchemas(
  sql: Sql,
  conditions: { readonly name: string | null; readonly includesRetired: boolean },
  range: PageRange<SchemaKey>,
): Promise<EventSchemaRow[]> {
  const parameters: unknown[] = [conditions.name, conditions.includesRetired];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const { within, order } = schemaOrder.page(range, bind);
  const rows = await sql.query<EventSchemaRow>(
    `select ${COLUMNS}
     from event_schema
     where ($1::text is null or event_name = $1) and ($2 or retired_at is null) and ${within}
     order by ${order}
     limit ${bind(range.limit)}`,
    parameters,
  );
  return inListOrder(rows, range);
}
