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

/** What is known of a name: its versions, and what those say that events asked for. */
interface KnownName {
  readonly headers: Map<number, store.SchemaHeader>;
  /** A version never changes, so it is compiled once. Null: it cannot be. */
  readonly compiled: Map<number, CompiledSchema | null>;
  active: number | null;
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
    const missing = new Map<string, store.SchemaKey>();
    for (const { name, schemaVersion } of events) {
      const known = names.get(name);
      if (known === undefined) continue;
      asked.set(name, known);
      for (const version of [known.active, schemaVersion ?? null]) {
        if (version === null || known.compiled.has(version) || !known.headers.has(version))
          continue;
        missing.set(`${version} ${name}`, { name, version });
      }
    }
    if (asked.size === 0) return null;
    if (missing.size > 0) await this.compile(tx, [...missing.values()], asked);
    const schemas = new Map<string, SchemasOfName>();
    for (const [name, known] of asked) schemas.set(name, toSchemas(known));
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
        headers: new Map(),
        compiled: new Map(),
        active: null,
      };
      names.set(name, known);
      known.headers.set(version, header);
      if (header.isActive) known.active = version;
      const compiled = this.names.get(name)?.compiled.get(version);
      if (compiled !== undefined) known.compiled.set(version, compiled);
    }
    return names;
  }

  private async compile(
    sql: Sql,
    missing: readonly store.SchemaKey[],
    asked: ReadonlyMap<string, KnownName>,
  ): Promise<void> {
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

function toSchemas({ headers, compiled, active }: KnownName): SchemasOfName {
  const versions = new Map<number, SchemaInForce>();
  for (const [version, own] of compiled) {
    const header = headers.get(version);
    if (own === null || header === undefined) continue;
    versions.set(version, { version, enforcement: header.enforcement, compiled: own });
  }
  return { active: active === null ? null : (versions.get(active) ?? null), versions };
}
