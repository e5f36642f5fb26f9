import type { JsonObject, JsonValue } from '../../shared/json';
import { type Pattern, readPattern } from './event-schemas.pattern.rules';
import { targetOf } from './event-schemas.soundness.rules';
import {
  isObject,
  pointerStep,
  pointerSteps,
  type SchemaNode,
} from './event-schemas.vocabulary.rules';

/** Schemas that speak of the same place, besides the one they stand in. */
const LISTS_IN_PLACE = ['allOf', 'anyOf', 'oneOf'] as const;
const SINGLES_IN_PLACE = ['if', 'then', 'else'] as const;

type Keywords = Readonly<Record<string, unknown>>;

/** What one schema says of a place; several may speak of the same. */
interface Part {
  readonly named: ReadonlyMap<string, SchemaNode>;
  readonly patterned: readonly { readonly pattern: Pattern; readonly schema: SchemaNode }[];
  /** Of the properties that this part does not name itself. */
  readonly others: SchemaNode | undefined;
  readonly positions: readonly SchemaNode[];
  /** Of the items after those positions. */
  readonly rest: SchemaNode | undefined;
  readonly contained: SchemaNode | undefined;
}

/**
 * What a schema knows of one place of the properties: everything that any part of it names there,
 * whether or not that part has to hold (both sides of an `anyOf`, `then` and `else`). So what is
 * unknown does not depend on values, and nothing is ever stripped that some part asks for.
 */
export class Shape {
  private readonly parts: Part[] = [];
  private readonly required = new Set<string>();
  /** What is said of whatever no part speaks of. */
  private readonly unevaluated: SchemaNode[] = [];
  private isClosed = false;
  private takesOthers = false;
  private readonly inner = new Map<string, Shape>();

  /** @param schemas of one place; of a document that has been found sound */
  constructor(
    private readonly document: JsonObject,
    schemas: readonly SchemaNode[],
  ) {
    for (const schema of schemas) this.read(schema);
  }

  /** Whether an object here may have such a property. Where no property is named, all are known. */
  knows(name: string): boolean {
    if (!this.isClosed || this.takesOthers || this.names(name)) return true;
    return this.parts.some(({ patterned }) => patterned.some(({ pattern }) => pattern.test(name)));
  }

  /** Whether a property is called by its name in the schema. */
  names(name: string): boolean {
    return this.required.has(name) || this.parts.some(({ named }) => named.has(name));
  }

  property(name: string): Shape {
    const schemas: SchemaNode[] = [];
    const patterns: Pattern[] = [];
    for (const { named, patterned, others } of this.parts) {
      const own = named.get(name);
      const matching = patterned.filter(({ pattern }) => pattern.test(name));
      if (own !== undefined) schemas.push(own);
      for (const { pattern, schema } of matching) {
        schemas.push(schema);
        patterns.push(pattern);
      }
      if (own === undefined && matching.length === 0 && others !== undefined) schemas.push(others);
    }
    if (this.names(name)) return this.innerOf(`= ${name}`, schemas);
    // Senders could invent names for every set of patterns: what several speak of is left whole.
    if (patterns.length > 1) return this.innerOf('several', [true]);
    return this.innerOf(`~ ${patterns.join('')}`, schemas);
  }

  item(index: number): Shape {
    const schemas: SchemaNode[] = [];
    let isPositioned = false;
    for (const { positions, rest, contained } of this.parts) {
      const own = positions[index];
      isPositioned ||= own !== undefined;
      for (const one of [own ?? rest, contained]) if (one !== undefined) schemas.push(one);
    }
    return this.innerOf(isPositioned ? `at ${index}` : 'rest', schemas);
  }

  private innerOf(key: string, schemas: readonly SchemaNode[]): Shape {
    const known = this.inner.get(key);
    if (known !== undefined) return known;
    const shape = new Shape(this.document, schemas.length === 0 ? this.unevaluated : schemas);
    this.inner.set(key, shape);
    return shape;
  }

  private read(schema: SchemaNode): void {
    if (typeof schema === 'boolean') return;
    this.parts.push(toPart(schema));
    this.close(schema);
    const inPlace = [
      ...LISTS_IN_PLACE.flatMap((keyword) => schema[keyword] ?? []),
      ...SINGLES_IN_PLACE.map((keyword) => schema[keyword]),
      ...Object.values(schema['dependentSchemas'] ?? {}),
      typeof schema['$ref'] === 'string' ? resolve(this.document, schema['$ref']) : undefined,
    ];
    for (const part of inPlace) if (isSchema(part)) this.read(part);
  }

  /** Reads which properties there may be, and what is said of whatever else there is. */
  private close(schema: Keywords): void {
    const { properties, patternProperties, required } = schema;
    // Stripping what is asked for would make sure that it is missing.
    if (Array.isArray(required)) for (const name of required) this.required.add(String(name));
    this.isClosed ||= properties !== undefined || patternProperties !== undefined;
    for (const others of [schema['additionalProperties'], schema['unevaluatedProperties']]) {
      if (others === false) this.isClosed = true;
      else if (isSchema(others)) this.takesOthers = true;
    }
    for (const keyword of ['unevaluatedProperties', 'unevaluatedItems'] as const) {
      const unevaluated = schema[keyword];
      if (isSchema(unevaluated)) this.unevaluated.push(unevaluated);
    }
  }
}

function toPart(schema: Keywords): Part {
  const { properties, patternProperties, additionalProperties, prefixItems } = schema;
  const { items, contains } = schema;
  const named = Object.entries(properties ?? {}) as [string, SchemaNode][];
  const patterned = Object.entries(patternProperties ?? {}) as [string, SchemaNode][];
  return {
    named: new Map(named),
    patterned: patterned.map(([source, inner]) => ({
      pattern: readPattern(source),
      schema: inner,
    })),
    others: isSchema(additionalProperties) ? additionalProperties : undefined,
    positions: Array.isArray(prefixItems) ? (prefixItems as SchemaNode[]) : [],
    rest: isSchema(items) ? items : undefined,
    contained: isSchema(contains) ? contains : undefined,
  };
}

/**
 * The properties without what the schema does not know, and the places of what was left out. Gives
 * the very same object back where that is nothing.
 */
export function stripUnknown(
  properties: JsonObject,
  shape: Shape,
): { readonly properties: JsonObject; readonly stripped: readonly string[] } {
  const stripped: string[] = [];
  return { properties: stripObject(properties, shape, '', stripped), stripped };
}

function strip(value: JsonValue, shape: Shape, place: string, stripped: string[]): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  return isList(value)
    ? stripList(value, shape, place, stripped)
    : stripObject(value, shape, place, stripped);
}

function stripObject(
  value: JsonObject,
  shape: Shape,
  place: string,
  stripped: string[],
): JsonObject {
  const kept: [string, JsonValue][] = [];
  let isSame = true;
  for (const [name, inner] of Object.entries(value)) {
    const at = `${place}/${pointerStep(name)}`;
    if (!shape.knows(name)) {
      stripped.push(at);
      isSame = false;
      continue;
    }
    const left = strip(inner, shape.property(name), at, stripped);
    isSame &&= left === inner;
    kept.push([name, left]);
  }
  return isSame ? value : Object.fromEntries(kept);
}

function stripList(
  value: readonly JsonValue[],
  shape: Shape,
  place: string,
  stripped: string[],
): readonly JsonValue[] {
  let isSame = true;
  const kept = value.map((inner, index) => {
    const left = strip(inner, shape.item(index), `${place}/${index}`, stripped);
    isSame &&= left === inner;
    return left;
  });
  return isSame ? value : kept;
}

/**
 * A place of the properties in the words of the schema: what it does not call by name, and the
 * positions in lists, become `*`. So there are no more such paths than the schema has names.
 */
export function pathOf(place: string, properties: JsonObject, shape: Shape): string {
  let path = '';
  let here: JsonValue | undefined = properties;
  let known = shape;
  for (const step of pointerSteps(place)) {
    if (isList(here)) {
      path += '/*';
      known = known.item(Number(step));
      here = here[Number(step)];
    } else {
      path += known.names(step) ? `/${pointerStep(step)}` : '/*';
      known = known.property(step);
      here = isObject(here) ? (here[step] as JsonValue) : undefined;
    }
  }
  return path;
}

function resolve(document: JsonObject, reference: string): unknown {
  let here: unknown = document;
  for (const step of pointerSteps(targetOf(reference) ?? '')) {
    here = typeof here === 'object' && here !== null ? (here as Keywords)[step] : undefined;
  }
  return here;
}

function isSchema(value: unknown): value is SchemaNode {
  return typeof value === 'boolean' || isObject(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
