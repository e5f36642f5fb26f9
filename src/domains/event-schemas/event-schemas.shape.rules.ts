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

/**
 * What a schema knows of one place of the properties: everything that any part of it names there,
 * whether or not that part has to hold (both sides of an `anyOf`, `then` and `else`). So what is
 * unknown does not depend on values, and nothing is ever stripped that some part asks for.
 */
export class Shape {
  private readonly named = new Map<string, SchemaNode[]>();
  private readonly patterned: { readonly pattern: Pattern; readonly schema: SchemaNode }[] = [];
  /** What is said of all properties that are not named. */
  private readonly others: SchemaNode[] = [];
  private readonly positions: SchemaNode[][] = [];
  private readonly rest: SchemaNode[] = [];
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
    if (!this.isClosed || this.takesOthers || this.named.has(name)) return true;
    return this.patterned.some(({ pattern }) => pattern.test(name));
  }

  /** Whether a property is called by its name in the schema. */
  names(name: string): boolean {
    return this.named.has(name);
  }

  property(name: string): Shape {
    const own = this.named.get(name) ?? [];
    const matching = this.patterned.filter(({ pattern }) => pattern.test(name));
    const [first] = matching;
    if (own.length > 0) {
      const schemas = [...own, ...matching.map(({ schema }) => schema)];
      return this.innerOf(`= ${name}`, schemas);
    }
    if (first === undefined) return this.innerOf('others', this.others);
    // Senders could invent names for every set of patterns: what several speak of is left whole.
    if (matching.length > 1) return this.innerOf('several', []);
    return this.innerOf(`~ ${first.pattern}`, [first.schema]);
  }

  item(index: number): Shape {
    const own = this.positions[index];
    return own === undefined ? this.innerOf('rest', this.rest) : this.innerOf(`at ${index}`, own);
  }

  private innerOf(key: string, schemas: readonly SchemaNode[]): Shape {
    const known = this.inner.get(key);
    if (known !== undefined) return known;
    const shape = new Shape(this.document, schemas);
    this.inner.set(key, shape);
    return shape;
  }

  private read(schema: SchemaNode): void {
    if (typeof schema === 'boolean') return;
    this.readProperties(schema);
    this.readItems(schema);
    const inPlace = [
      ...LISTS_IN_PLACE.flatMap((keyword) => schema[keyword] ?? []),
      ...SINGLES_IN_PLACE.map((keyword) => schema[keyword]),
      ...Object.values(schema['dependentSchemas'] ?? {}),
      typeof schema['$ref'] === 'string' ? resolve(this.document, schema['$ref']) : undefined,
    ];
    for (const part of inPlace) if (isSchema(part)) this.read(part);
  }

  private readProperties(schema: Keywords): void {
    const { properties, patternProperties, additionalProperties, required } = schema;
    for (const [name, inner] of Object.entries(properties ?? {})) this.name(name, inner);
    for (const [source, inner] of Object.entries(patternProperties ?? {})) {
      if (isSchema(inner)) this.patterned.push({ pattern: readPattern(source), schema: inner });
    }
    // Stripping what is asked for would make sure that it is missing.
    if (Array.isArray(required)) for (const name of required) this.name(String(name), true);
    this.isClosed ||= properties !== undefined || patternProperties !== undefined;
    for (const others of [additionalProperties, schema['unevaluatedProperties']]) {
      if (others === false) this.isClosed = true;
      else if (isSchema(others)) {
        this.takesOthers = true;
        this.others.push(others);
      }
    }
  }

  private readItems(schema: Keywords): void {
    const { prefixItems, items, contains } = schema;
    if (Array.isArray(prefixItems)) {
      for (const [index, inner] of prefixItems.entries()) {
        if (!isSchema(inner)) continue;
        const known = this.positions[index];
        if (known === undefined) this.positions[index] = [inner];
        else known.push(inner);
      }
    }
    for (const rest of [items, contains, schema['unevaluatedItems']]) {
      if (isSchema(rest)) this.rest.push(rest);
    }
  }

  private name(name: string, schema: unknown): void {
    if (!isSchema(schema)) return;
    const known = this.named.get(name);
    if (known === undefined) this.named.set(name, [schema]);
    else known.push(schema);
  }
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
