import type { Sql, Tx } from '../../platform/database/database';
import type { Logger } from '../../platform/telemetry/logger';
import type { EventSchemas, IncomingEvent, JudgeBySchema, JudgedEvent } from '../events';
import { countViolations } from './event-schemas.counting.rules';
import { judgeEvent, type SchemaInForce, type SchemasOfName } from './event-schemas.judging.rules';
import * as store from './event-schemas.store';
import { type CompiledSchema, compileSchema, isCompiled } from './event-schemas.validation.rules';
import { addViolations } from './event-schemas.violations.store';

/** For this long a change in another process may go unnoticed in this one. */
const CACHE_MS_MAX = 3_000;

/** What is known of a name: its versions, and what they say as soon as an event asked for it. */
interface KnownName {
  readonly headers: store.SchemaHeader[];
  /** A version never changes, so it is compiled once. Null: it cannot be. */
  readonly compiled: Map<number, CompiledSchema | null>;
  schemas: SchemasOfName | null;
}

/**
 * The event schemas as the pipeline sees them: those in force, compiled, in memory. Reads are made
 * within the transaction of the batch that asks: a second connection might never come free.
 */
export class EventSchemaRegistry implements EventSchemas {
  private names: ReadonlyMap<string, KnownName> = new Map();
  private readAtMs = Number.NEGATIVE_INFINITY;
  /** Rises with every change: what was read before one must not be kept after it. */
  private changes = 0;

  constructor(private readonly logger: Logger) {}

  /** Something was changed in this process: the next batch looks. */
  readonly forget = (): void => {
    this.changes += 1;
    this.readAtMs = Number.NEGATIVE_INFINITY;
  };

  async judgeOf(
    tx: Tx,
    events: readonly IncomingEvent[],
    now: Date,
  ): Promise<JudgeBySchema | null> {
    const names = await this.current(tx, now);
    if (names.size === 0) return null;
    const asked = new Map<string, KnownName>();
    for (const { name } of events) {
      const known = names.get(name);
      if (known !== undefined) asked.set(name, known);
    }
    if (asked.size === 0) return null;
    const schemas = await this.schemasOf(tx, asked);
    return (event) => {
      const ofName = schemas.get(event.name);
      return ofName === undefined ? null : judgeEvent(event, ofName);
    };
  }

  async recordViolations(
    tx: Tx,
    source: string,
    judged: readonly JudgedEvent[],
    now: Date,
  ): Promise<void> {
    await addViolations(tx, countViolations(judged, source), now);
  }

  private async current(sql: Sql, now: Date): Promise<ReadonlyMap<string, KnownName>> {
    const ageMs = now.getTime() - this.readAtMs;
    // A clock set back makes ages negative: what was read could live on for ever.
    if (ageMs >= 0 && ageMs < CACHE_MS_MAX) return this.names;
    const changesBefore = this.changes;
    const names = this.toNames(await store.findHeaders(sql));
    if (this.changes === changesBefore) {
      this.names = names;
      this.readAtMs = now.getTime();
    }
    return names;
  }

  private toNames(headers: readonly store.SchemaHeader[]): ReadonlyMap<string, KnownName> {
    const names = new Map<string, KnownName>();
    for (const header of headers) {
      const { name, version } = header;
      const known: KnownName = names.get(name) ?? {
        headers: [],
        compiled: new Map(),
        schemas: null,
      };
      names.set(name, known);
      known.headers.push(header);
      const compiled = this.names.get(name)?.compiled.get(version);
      if (compiled !== undefined) known.compiled.set(version, compiled);
    }
    return names;
  }

  private async schemasOf(
    sql: Sql,
    asked: ReadonlyMap<string, KnownName>,
  ): Promise<ReadonlyMap<string, SchemasOfName>> {
    await this.compileMissing(sql, asked);
    const schemas = new Map<string, SchemasOfName>();
    for (const [name, known] of asked) {
      known.schemas ??= toSchemas(known);
      schemas.set(name, known.schemas);
    }
    return schemas;
  }

  private async compileMissing(sql: Sql, asked: ReadonlyMap<string, KnownName>): Promise<void> {
    const missing: store.SchemaKey[] = [];
    for (const { headers, compiled, schemas } of asked.values()) {
      if (schemas !== null) continue;
      missing.push(...headers.filter(({ version }) => !compiled.has(version)));
    }
    if (missing.length === 0) return;
    for (const { name, version, schema } of await store.findDocuments(sql, missing)) {
      const compiled = compileSchema(schema);
      if (!isCompiled(compiled)) {
        // It was taken once: rules have become stricter since. Events must not suffer for it.
        const { fault, place } = compiled;
        this.logger.error({ name, version, fault, place }, 'an event schema cannot be used');
      }
      asked.get(name)?.compiled.set(version, isCompiled(compiled) ? compiled : null);
    }
  }
}

function toSchemas({ headers, compiled }: KnownName): SchemasOfName {
  const versions = new Map<number, SchemaInForce>();
  let active: SchemaInForce | null = null;
  for (const { version, enforcement, isActive } of headers) {
    const own = compiled.get(version) ?? null;
    if (own === null) continue;
    const schema = { version, enforcement, compiled: own };
    versions.set(version, schema);
    if (isActive) active = schema;
  }
  return { active, versions };
}
