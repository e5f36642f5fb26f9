import { isStorable, isWithin, type JsonObject } from '../../shared/json';
import type { EventSchemaRefusal, SchemaFault } from './event-schemas.model';
import {
  PATTERN_INSTRUCTIONS_MAX,
  PATTERN_LENGTH_MAX,
  readPattern,
} from './event-schemas.pattern.rules';
import {
  DIALECT,
  FORMATS,
  isKeyword,
  isObject,
  pointerStep,
  type SchemaNode,
  subschemasOf,
} from './event-schemas.vocabulary.rules';

/** Bytes of a schema as JSON. */
export const SCHEMA_BYTES_MAX = 64 * 1024;

/** Levels of lists and objects of a schema. */
export const SCHEMA_DEPTH_MAX = 32;

/**
 * Schemas within a schema, each counted as often as references lead to it: references to references
 * could double the work with every line otherwise.
 */
export const SUBSCHEMAS_MAX = 1_000;

type Refusal = EventSchemaRefusal<SchemaFault>;

/**
 * Why a schema cannot be taken: because it is none we know, or because events could make it costly.
 * Whether the values of its keywords are of the form is not looked at here: Ajv knows.
 * @param document any JSON object, of any depth
 * @returns null where nothing speaks against it
 */
export function findSchemaFault(document: JsonObject): Refusal | null {
  if (!isWithin(SCHEMA_DEPTH_MAX, document)) {
    return unsound('TOO_DEEP', null, `A schema has at most ${SCHEMA_DEPTH_MAX} levels.`);
  }
  const text = JSON.stringify(document);
  if (new TextEncoder().encode(text).length > SCHEMA_BYTES_MAX) {
    return unsound('TOO_LARGE', null, `A schema has at most ${SCHEMA_BYTES_MAX / 1024} KiB.`);
  }
  // JSON writes what the database refuses as escapes.
  if (/\\u(0000|d[89a-f])/.test(text) && !isStorable(document)) {
    const message = 'A schema holds what cannot be stored: U+0000, or half a surrogate pair.';
    return unsound('MALFORMED_TEXT', null, message);
  }
  const nodes = new Map<string, SchemaNode>();
  return walk(document, '', nodes) ?? findReferenceFault(nodes);
}

/** Where a reference leads to within the document; null for one that leads out of it. */
export function targetOf(reference: string): string | null {
  if (!reference.startsWith('#')) return null;
  try {
    return decodeURIComponent(reference.slice(1));
  } catch {
    return null;
  }
}

/** Collects the schemas of the document by their place. */
function walk(value: unknown, place: string, nodes: Map<string, SchemaNode>): Refusal | null {
  if (typeof value === 'boolean') {
    nodes.set(place, value);
    return null;
  }
  if (!isObject(value)) {
    return unsound('NOT_A_SCHEMA', place, 'A schema is an object, true or false.');
  }
  nodes.set(place, value);
  const fault = findKeywordFault(value, place);
  if (fault !== null) return fault;
  for (const inner of subschemasOf(value, place)) {
    const innerFault = walk(inner.value, inner.place, nodes);
    if (innerFault !== null) return innerFault;
  }
  return null;
}

function findKeywordFault(
  schema: Readonly<Record<string, unknown>>,
  place: string,
): Refusal | null {
  for (const [keyword, value] of Object.entries(schema)) {
    const at = `${place}/${pointerStep(keyword)}`;
    if (!isKeyword(keyword)) {
      return unsound('UNKNOWN_KEYWORD', at, `There is no keyword ${JSON.stringify(keyword)}.`);
    }
    if (keyword === '$schema' && value !== DIALECT && value !== `${DIALECT}#`) {
      return unsound('UNKNOWN_DIALECT', at, `The dialect is ${DIALECT}.`);
    }
    if (keyword === '$ref' && typeof value === 'string' && targetOf(value) === null) {
      const message = 'A reference leads to a place of the same schema, like #/$defs/name.';
      return unsound('REMOTE_REFERENCE', at, message);
    }
    if (keyword === 'format' && !FORMATS.some((format) => format === value)) {
      return unsound('UNKNOWN_FORMAT', at, `Formats are: ${FORMATS.join(', ')}.`);
    }
    if (keyword === 'uniqueItems' && value === true && !hasScalarItems(schema)) {
      const message =
        'uniqueItems is taken where `items` has a `type` that is neither object nor array: ' +
        'comparing all items with all others is costly.';
      return unsound('COSTLY_KEYWORD', at, message);
    }
    const patternFault = findPatternFault(keyword, value, at);
    if (patternFault !== null) return patternFault;
  }
  return null;
}

function findPatternFault(keyword: string, value: unknown, place: string): Refusal | null {
  if (keyword === 'pattern' && typeof value === 'string') return judgePattern(value, place);
  if (keyword !== 'patternProperties' || !isObject(value)) return null;
  for (const pattern of Object.keys(value)) {
    const fault = judgePattern(pattern, `${place}/${pointerStep(pattern)}`);
    if (fault !== null) return fault;
  }
  return null;
}

function judgePattern(pattern: string, place: string): Refusal | null {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    const message = `A pattern has at most ${PATTERN_LENGTH_MAX} characters.`;
    return unsound('COSTLY_PATTERN', place, message);
  }
  try {
    if (readPattern(pattern).instructions <= PATTERN_INSTRUCTIONS_MAX) return null;
  } catch {
    const message =
      'Patterns are in the syntax of RE2: as in JavaScript, without back-references and lookaround.';
    return unsound('UNSUPPORTED_PATTERN', place, message);
  }
  const message = `A pattern has at most ${PATTERN_INSTRUCTIONS_MAX} steps, repetitions written out.`;
  return unsound('COSTLY_PATTERN', place, message);
}

/** Ajv tells equal items by a table where it knows that they are no objects and lists. */
function hasScalarItems({ items }: Readonly<Record<string, unknown>>): boolean {
  if (!isObject(items)) return false;
  const types = Array.isArray(items['type']) ? items['type'] : [items['type']];
  return types.every((type) => typeof type === 'string' && !['object', 'array'].includes(type));
}

/** What references lead to, that they come to an end, and how much is to be done on the way. */
function findReferenceFault(nodes: ReadonlyMap<string, SchemaNode>): Refusal | null {
  const faults: Refusal[] = [];
  const weights = new Map<string, number>();
  const open = new Set<string>();
  const weigh = (place: string): number => {
    const node = nodes.get(place);
    const known = weights.get(place);
    if (known !== undefined || !isObject(node) || faults.length > 0) return known ?? 1;
    open.add(place);
    let weight = 1;
    for (const inner of subschemasOf(node, place)) {
      const innerWeight = weigh(inner.place);
      // What is only defined is work where something refers to it.
      if (inner.keyword !== '$defs') weight += innerWeight;
    }
    const reference = node['$ref'];
    if (typeof reference === 'string') weight += follow(reference, `${place}/$ref`);
    open.delete(place);
    weights.set(place, weight);
    return weight;
  };
  const follow = (reference: string, at: string): number => {
    const target = targetOf(reference) ?? '';
    if (!nodes.has(target)) {
      faults.push(unsound('UNKNOWN_REFERENCE', at, 'No schema is at the place referred to.'));
      return 0;
    }
    if (open.has(target)) {
      const message = 'The reference leads back to where it comes from; spell the levels out.';
      faults.push(unsound('RECURSIVE_REFERENCE', at, message));
      return 0;
    }
    return weigh(target);
  };
  if (weigh('') > SUBSCHEMAS_MAX) {
    const message = `A schema has at most ${SUBSCHEMAS_MAX} schemas in it, references followed.`;
    faults.push(unsound('TOO_COMPLEX', null, message));
  }
  return faults[0] ?? null;
}

function unsound(fault: SchemaFault, place: string | null, message: string): Refusal {
  return { fault, message, place };
}
