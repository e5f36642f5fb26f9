/** What the value of a keyword is made of. */
type KeywordKind = 'VALUE' | 'SCHEMA' | 'SCHEMAS' | 'MAP';

/**
 * The keywords of JSON Schema draft 2020-12 that are taken, with where further schemas are in them.
 * Left out are those that give a schema another name or make a reference depend on the way to it
 * (`$id`, `$anchor`, `$dynamicRef`, `$dynamicAnchor`, `$vocabulary`).
 * Source: JSON Schema Core and Validation, draft 2020-12.
 */
const keywords: ReadonlyMap<string, KeywordKind> = new Map<string, KeywordKind>([
  ...kind('VALUE', ['$schema', '$comment', '$ref', 'title', 'description', 'default', 'examples']),
  ...kind('VALUE', ['deprecated', 'readOnly', 'writeOnly', 'format', 'pattern', 'type', 'enum']),
  ...kind('VALUE', ['const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum']),
  ...kind('VALUE', ['exclusiveMinimum', 'maxLength', 'minLength', 'maxItems', 'minItems']),
  ...kind('VALUE', ['uniqueItems', 'maxContains', 'minContains', 'maxProperties']),
  ...kind('VALUE', ['minProperties', 'required', 'dependentRequired']),
  ...kind('SCHEMA', ['items', 'contains', 'additionalProperties', 'propertyNames', 'if', 'then']),
  ...kind('SCHEMA', ['else', 'not', 'unevaluatedItems', 'unevaluatedProperties']),
  ...kind('SCHEMAS', ['prefixItems', 'allOf', 'anyOf', 'oneOf']),
  ...kind('MAP', ['$defs', 'properties', 'patternProperties', 'dependentSchemas']),
]);

/** The one dialect; a schema that names none is of it. */
export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * Formats that are checked, each of which takes time in proportion to the text at most. `url` of the
 * same library does not, and `regex` would say nothing about what we can match.
 */
export const FORMATS = [
  'date',
  'time',
  'date-time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'json-pointer',
  'relative-json-pointer',
] as const;

export function isKeyword(name: string): boolean {
  return keywords.has(name);
}

/** A schema as an object, or one of the two that say yes or no to everything. */
export type SchemaNode = Readonly<Record<string, unknown>> | boolean;

export interface Subschema {
  /** From the root of the document, as a JSON pointer. */
  readonly place: string;
  readonly keyword: string;
  /** Not necessarily a schema yet: that is checked where it is walked. */
  readonly value: unknown;
}

/** The schemas right inside of a schema. */
export function subschemasOf(
  schema: Readonly<Record<string, unknown>>,
  place: string,
): readonly Subschema[] {
  const found: Subschema[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const held = keywords.get(keyword) ?? 'VALUE';
    if (held === 'VALUE') continue;
    const at = `${place}/${pointerStep(keyword)}`;
    if (held === 'SCHEMA') found.push({ place: at, keyword, value });
    else if (typeof value === 'object' && value !== null) {
      // Of a list the names are the indexes.
      for (const [name, inner] of Object.entries(value)) {
        found.push({ place: `${at}/${pointerStep(name)}`, keyword, value: inner });
      }
    }
  }
  return found;
}

/** A name as a step of a JSON pointer. Source: RFC 6901, section 3. */
export function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The names a JSON pointer goes through. */
export function pointerSteps(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kind(
  of: KeywordKind,
  names: readonly string[],
): readonly (readonly [string, KeywordKind])[] {
  return names.map((name) => [name, of] as const);
}
