import { hash } from 'node:crypto';
import type { GraphQLSchema, ValidationRule } from 'graphql';
import { Fault } from '../../shared/errors';
import type { Logger } from '../telemetry/logger';
import { type ListedOperation, readPersistedManifest } from './persisted-manifest';

/** Whether texts may be left out, and whether only some may be run. */
export type PersistedQueries =
  | { readonly kind: 'OFF' }
  /** Whoever has sent a text once may send its hash from then on. */
  | { readonly kind: 'AUTOMATIC' }
  /** What the file lists may be run; of anything else it depends. */
  | { readonly kind: 'LISTED'; readonly file: string; readonly strangers: 'refuse' | 'log' };

/** Apollo Server's own part of them. Its cache holds 30 MB of texts; the least used go first. */
export function automaticQueries(queries: PersistedQueries): object | false {
  return queries.kind === 'AUTOMATIC' ? {} : false;
}

interface GateParts {
  readonly schema: GraphQLSchema;
  /** What operations have to keep besides the specification's rules. */
  readonly rules: readonly ValidationRule[];
  readonly logger: Logger;
}

/** @throws PersistedManifestError where the list of operations cannot be used */
export function openGate(queries: PersistedQueries, parts: GateParts): OperationGate {
  if (queries.kind !== 'LISTED') return new AutomaticGate();
  const { schema, rules, logger } = parts;
  const operations = readPersistedManifest(queries.file, schema, rules);
  return new ListGate(operations, queries.strangers, logger);
}

/** What a request says of its operation, however it came. */
export interface AskedOperation {
  readonly query?: unknown;
  readonly extensions?: unknown;
  /** The name GraphQL over HTTP has proposed for what Apollo sends as an extension. */
  readonly documentId?: unknown;
}

/** An operation that is not on the list, where only those may be run. */
export class OperationNotListed extends Fault {
  constructor(details: { readonly id?: string }) {
    super(
      'OPERATION_NOT_LISTED',
      'Only operations of the list of this server may be run (PERSISTED_OPERATIONS_FILE): send the ' +
        'id of one, or its exact text.',
      details,
    );
    this.name = 'OperationNotListed';
  }
}

/** Which texts may be run. */
export interface OperationGate {
  /**
   * @returns the text to run; undefined where the request is to be taken as it is
   * @throws Fault where it may not be run
   */
  admit(asked: AskedOperation, requestId: string): string | undefined;
}

/** Every text, and hashes of texts that were sent before (Apollo's protocol). */
export class AutomaticGate implements OperationGate {
  /** Apollo Server does the rest, and has no code for these. */
  admit({ query, extensions }: AskedOperation): undefined {
    const persisted = persistedQueryOf(extensions);
    if (persisted === undefined) return;
    const { version, sha256Hash } = persisted;
    if (version !== 1 || typeof sha256Hash !== 'string' || sha256Hash === '') {
      throw new Fault('BAD_REQUEST', '`persistedQuery` must have version 1 and a sha256Hash.');
    }
    if (typeof query === 'string' && hash('sha256', query) !== sha256Hash) {
      throw new Fault(
        'PERSISTED_QUERY_HASH_MISMATCH',
        'The hash is not that of the query: send its SHA-256, in lower-case hexadecimal digits.',
      );
    }
  }
}

/** Whoever sends a new text each time shall not fill the memory, nor the log. */
const TOLD_MAX = 1_000;

/** Only what is on the list, by its id or by its exact text. */
export class ListGate implements OperationGate {
  private readonly bodies: ReadonlyMap<string, string>;
  private readonly texts: ReadonlySet<string>;
  /** Digests of texts that were logged. */
  private readonly told = new Set<string>();

  /**
   * @param strangers what becomes of texts that are not on the list; with `log` they are run, and
   *   logged once each
   */
  constructor(
    operations: readonly ListedOperation[],
    private readonly strangers: 'refuse' | 'log',
    private readonly logger: Logger,
  ) {
    this.bodies = new Map(operations.map(({ id, body }) => [id, body]));
    this.texts = new Set(this.bodies.values());
  }

  admit({ query, extensions, documentId }: AskedOperation, requestId: string): string | undefined {
    const id = persistedQueryOf(extensions)?.['sha256Hash'] ?? documentId;
    const body = typeof id === 'string' ? this.bodies.get(id) : undefined;
    // One who sends both means the text.
    if (body !== undefined && (query === undefined || query === body)) return body;
    if (typeof query === 'string' && this.texts.has(query)) return query;
    if (this.strangers === 'log' && typeof query === 'string') {
      this.tell(query, requestId);
      return query;
    }
    throw new OperationNotListed(typeof id === 'string' ? { id } : {});
  }

  private tell(query: string, requestId: string): void {
    const sha256 = hash('sha256', query);
    if (this.told.has(sha256) || this.told.size >= TOLD_MAX) return;
    this.told.add(sha256);
    // By its name and digest: literals in the text may be personal data.
    const name = /\b(?:query|mutation|subscription)\s+(\w+)/.exec(query)?.[1] ?? null;
    this.logger.warn({ requestId, name, sha256 }, 'operation is not on the list');
  }
}

function persistedQueryOf(extensions: unknown): Record<string, unknown> | undefined {
  if (typeof extensions !== 'object' || extensions === null) return undefined;
  const persisted = (extensions as Record<string, unknown>)['persistedQuery'];
  return typeof persisted === 'object' && persisted !== null
    ? (persisted as Record<string, unknown>)
    : undefined;
}
