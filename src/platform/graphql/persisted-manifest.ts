import { readFileSync } from 'node:fs';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { Fault } from '../../shared/errors';

/** One that may be run. */
export interface ListedOperation {
  readonly id: string;
  readonly name: string;
  readonly body: string;
}

/** The list of operations cannot be used. Says everything that is wrong with it, at once. */
export class PersistedManifestError extends Fault {
  constructor(
    path: string,
    readonly faults: readonly string[],
  ) {
    super(
      'INVALID_PERSISTED_OPERATIONS',
      `The list of operations ${path} has ${faults.length} fault(s):\n${faults.join('\n')}`,
    );
    this.name = 'PersistedManifestError';
  }
}

const FORMAT = 'apollo-persisted-query-manifest';
const VERSION = 1;
const KINDS: readonly unknown[] = ['query', 'mutation', 'subscription'];

/**
 * Reads the list of operations that clients may run, as Apollo's `generate-persisted-query-manifest`
 * writes it, and tries each on the schema: what is deployed together has to fit together.
 * @param rules besides those of the specification
 * @throws PersistedManifestError naming every fault
 */
export function readPersistedManifest(
  path: string,
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
): readonly ListedOperation[] {
  const document = readJson(path);
  if (!isRecord(document) || document['format'] !== FORMAT || document['version'] !== VERSION) {
    throw new PersistedManifestError(path, [
      `It must be an object with format "${FORMAT}" and version ${VERSION}.`,
    ]);
  }
  const entries = document['operations'];
  if (!Array.isArray(entries)) {
    throw new PersistedManifestError(path, ['It must have a list of operations.']);
  }
  const known = new Set<string>();
  const faults: string[] = [];
  const listed: ListedOperation[] = [];
  for (const [place, entry] of entries.entries()) {
    const read = readEntry(entry);
    const found = typeof read === 'string' ? [read] : faultsOf(read, schema, rules);
    if (typeof read !== 'string') {
      if (known.has(read.id)) found.push('has the id of another one');
      known.add(read.id);
      listed.push(read);
    }
    faults.push(...found.map((fault) => `operations[${place}]${nameOf(read)}: ${fault}.`));
  }
  if (faults.length > 0) throw new PersistedManifestError(path, faults);
  return listed;
}

interface Entry extends ListedOperation {
  readonly type: unknown;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new PersistedManifestError(path, ['It must be a readable file of JSON.']);
  }
}

/** The entry, or what it is not. */
function readEntry(entry: unknown): Entry | string {
  if (!isRecord(entry)) return 'is no object';
  const { id, name, type, body } = entry;
  const isForm =
    typeof id === 'string' && id !== '' && typeof name === 'string' && typeof body === 'string';
  if (!isForm) return 'must have an id, a name and a body, all of them text';
  if (!KINDS.includes(type)) return `must have a type of ${KINDS.join(', ')}`;
  return { id, name, type, body };
}

function faultsOf(
  { name, type, body }: Entry,
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
): string[] {
  let document: DocumentNode;
  try {
    document = parse(body);
  } catch (error) {
    return [error instanceof Error ? error.message.replace(/\.$/, '') : String(error)];
  }
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [only] = operations;
  if (only?.kind !== Kind.OPERATION_DEFINITION || operations.length !== 1) {
    return ['must have exactly one operation in its body'];
  }
  const faults = validate(schema, document, [...specifiedRules, ...rules]).map(({ message }) =>
    message.replace(/\.$/, ''),
  );
  if (only.name?.value !== name) faults.push('has another name in its body');
  if (only.operation !== type) faults.push('is of another type in its body');
  return faults;
}

function nameOf(read: Entry | string): string {
  return typeof read === 'string' ? '' : ` (${read.name})`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
