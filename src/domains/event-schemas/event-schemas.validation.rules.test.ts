import type { JsonObject, JsonValue } from '../../shared/json';
import { compileSchema, isCompiled } from './event-schemas.validation.rules';

function faultOf(schema: JsonObject): string {
  const compiled = compileSchema(schema);
  return isCompiled(compiled) ? 'taken' : `${compiled.fault} at ${compiled.place}`;
}

function findFaults(schema: JsonObject, properties: JsonObject): readonly string[] {
  const compiled = compileSchema(schema);
  if (!isCompiled(compiled)) throw new Error(compiled.message);
  return compiled.findFaults(properties).map(({ place, rule }) => `${place} ${rule}`);
}

function nested(levels: number): JsonObject {
  return levels === 0 ? {} : { not: nested(levels - 1) };
}

/** Each definition refers twice to the next: 2 to the power of so many schemas. */
function doubling(levels: number): JsonObject {
  const entries = Array.from({ length: levels }, (_, index): [string, JsonValue] => {
    const next = { $ref: `#/$defs/d${index + 1}` };
    return [`d${index}`, { allOf: [next, next] }];
  });
  return {
    $ref: '#/$defs/d0',
    $defs: { ...Object.fromEntries(entries), [`d${levels}`]: true },
  };
}

function wide(count: number): JsonObject {
  const names = Array.from({ length: count }, (_, index) => [`p${index}`, true]);
  return { properties: Object.fromEntries(names) as JsonObject };
}

describe('a schema is taken', () => {
  it.each<[string, JsonObject]>([
    ['an empty one', {}],
    ['one that names its dialect', { $schema: 'https://json-schema.org/draft/2020-12/schema' }],
    ['one with formats', { properties: { at: { format: 'date-time' }, to: { format: 'email' } } }],
    ['one with a local reference', { $ref: '#/$defs/a', $defs: { a: { type: 'object' } } }],
    ['a reference with escapes', { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': {} } }],
    ['two references to one place', doubling(1)],
    ['as deep as can be', nested(31)],
    ['as many schemas as can be', wide(999)],
    ['unique items of simple types', { items: { type: 'string' }, uniqueItems: true }],
    ['a class of characters', { properties: { a: { pattern: '^\\p{Lu}[\\w-]{2,40}$' } } }],
    ['a name like a method', { properties: { constructor: true, __proto__: true } }],
    ['required without properties', { required: ['a'] }],
    ['what a tuple is', { properties: { a: { prefixItems: [true, { type: 'null' }] } } }],
    ['one that takes nothing', { not: {} }],
  ])('%s', (_, schema) => {
    expect(faultOf(schema)).toBe('taken');
  });
});

describe('a schema is refused', () => {
  it.each<[string, JsonObject, string]>([
    ['65 KiB', { title: 'x'.repeat(64 * 1024) }, 'TOO_LARGE at null'],
    ['one level too deep', nested(32), 'TOO_DEEP at null'],
    ['5,000 levels', nested(5_000), 'TOO_DEEP at null'],
    ['a NUL', { title: 'a\0' }, 'MALFORMED_TEXT at null'],
    ['half a pair in a name', { properties: { '\ud800': {} } }, 'MALFORMED_TEXT at null'],
    [
      'a text where a schema is due',
      { properties: { a: 'string' } },
      'NOT_A_SCHEMA at /properties/a',
    ],
    [
      'a type that is none',
      { properties: { a: { type: 'text' } } },
      'NOT_A_SCHEMA at /properties/a/type',
    ],
    [
      'a negative length',
      { properties: { a: { minLength: -1 } } },
      'NOT_A_SCHEMA at /properties/a/minLength',
    ],
    [
      'required as in draft 4',
      { properties: { a: { required: true } } },
      'NOT_A_SCHEMA at /properties/a/required',
    ],
    ['an else without if', { else: {} }, 'NOT_A_SCHEMA at null'],
    [
      'another dialect',
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      'UNKNOWN_DIALECT at /$schema',
    ],
    [
      'a typo',
      { properties: { a: { minLenght: 3 } } },
      'UNKNOWN_KEYWORD at /properties/a/minLenght',
    ],
    ["Ajv's own keyword", { $async: true }, 'UNKNOWN_KEYWORD at /$async'],
    ['a keyword of an older draft', { definitions: {} }, 'UNKNOWN_KEYWORD at /definitions'],
    ['a name of its own', { $id: 'https://example.com/a' }, 'UNKNOWN_KEYWORD at /$id'],
    ['a dynamic reference', { $dynamicRef: '#a' }, 'UNKNOWN_KEYWORD at /$dynamicRef'],
    [
      'a format nobody knows',
      { properties: { a: { format: 'colour' } } },
      'UNKNOWN_FORMAT at /properties/a/format',
    ],
    [
      'a format that is slow',
      { properties: { a: { format: 'url' } } },
      'UNKNOWN_FORMAT at /properties/a/format',
    ],
    ['a reference to a site', { $ref: 'https://example.com/a.json' }, 'REMOTE_REFERENCE at /$ref'],
    ['a reference to a file', { $ref: 'a.json#/$defs/b' }, 'REMOTE_REFERENCE at /$ref'],
    ['a broken escape', { $ref: '#/%' }, 'REMOTE_REFERENCE at /$ref'],
    ['a reference to nothing', { $ref: '#/$defs/a' }, 'UNKNOWN_REFERENCE at /$ref'],
    [
      'a reference to no schema',
      { $ref: '#/required', required: [] },
      'UNKNOWN_REFERENCE at /$ref',
    ],
    ['a reference to an anchor', { $ref: '#a' }, 'UNKNOWN_REFERENCE at /$ref'],
    ['a reference to itself', { $ref: '#' }, 'RECURSIVE_REFERENCE at /$ref'],
    [
      'a tree',
      { properties: { a: { $ref: '#/$defs/t' } }, $defs: { t: { items: { $ref: '#/$defs/t' } } } },
      'RECURSIVE_REFERENCE at /$defs/t/items/$ref',
    ],
    [
      'a circle that nothing leads to',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { not: { $ref: '#/$defs/a' } } } },
      'RECURSIVE_REFERENCE at /$defs/b/not/$ref',
    ],
    ['references to references', doubling(30), 'TOO_COMPLEX at null'],
    ['too many schemas', wide(1_000), 'TOO_COMPLEX at null'],
    [
      'a back-reference',
      { properties: { a: { pattern: '(a)\\1' } } },
      'UNSUPPORTED_PATTERN at /properties/a/pattern',
    ],
    [
      'looking ahead',
      { patternProperties: { '(?=a)b': {} } },
      'UNSUPPORTED_PATTERN at /patternProperties/(?=a)b',
    ],
    [
      'no pattern at all',
      { properties: { a: { pattern: '(' } } },
      'UNSUPPORTED_PATTERN at /properties/a/pattern',
    ],
    [
      'a long pattern',
      { properties: { a: { pattern: 'a'.repeat(501) } } },
      'COSTLY_PATTERN at /properties/a/pattern',
    ],
    [
      'many repetitions',
      { properties: { a: { pattern: '.{900}' } } },
      'COSTLY_PATTERN at /properties/a/pattern',
    ],
    [
      'unique items of any type',
      { properties: { a: { uniqueItems: true } } },
      'COSTLY_KEYWORD at /properties/a/uniqueItems',
    ],
    [
      'unique objects',
      { items: { type: ['string', 'object'] }, uniqueItems: true },
      'COSTLY_KEYWORD at /uniqueItems',
    ],
  ])('%s', (_, schema, expected) => {
    expect(faultOf(schema)).toBe(expected);
  });
});

describe('what is wrong with properties', () => {
  const order: JsonObject = {
    type: 'object',
    properties: {
      revenue: { type: 'number', minimum: 0 },
      currency: { enum: ['USD', 'CNY'] },
      items: {
        type: 'array',
        items: {
          type: 'object',
          properties: { sku: { type: 'string', pattern: '^[A-Z]+$' } },
          required: ['sku'],
        },
      },
      'a/b': { type: 'string' },
    },
    required: ['revenue'],
    additionalProperties: false,
  };

  it.each<[string, JsonObject, JsonObject, readonly string[]]>([
    ['nothing', order, { revenue: 1, items: [{ sku: 'A' }] }, []],
    ['a missing one', order, {}, ['/revenue required']],
    ['a null', order, { revenue: null }, ['/revenue type']],
    [
      'all at once',
      order,
      { revenue: -1, currency: 'EUR' },
      ['/revenue minimum', '/currency enum'],
    ],
    [
      'one within a list',
      order,
      { revenue: 1, items: [{ sku: 'A' }, { sku: 'a' }, {}] },
      ['/items/1/sku pattern', '/items/2/sku required'],
    ],
    ['one too much', order, { revenue: 1, extra: 'x' }, ['/extra additionalProperties']],
    ['a name with a slash', order, { revenue: 1, 'a/b': 2 }, ['/a~1b type']],
    ['what every object has', { required: ['toString'] }, {}, ['/toString required']],
    ['a format', { properties: { at: { format: 'date' } } }, { at: '2026-02-30' }, ['/at format']],
    [
      'patterns apart',
      { properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } },
      { a: 'a', b: 'a' },
      ['/b pattern'],
    ],
    ['a schema that takes nothing', { properties: { a: false } }, { a: 1 }, ['/a false schema']],
    [
      'what nothing evaluated',
      { properties: { a: true }, unevaluatedProperties: false },
      { b: 1 },
      ['/b unevaluatedProperties'],
    ],
  ])('%s', (_, schema, properties, expected) => {
    expect(findFaults(schema, properties)).toEqual(expected);
  });

  it('is told of twenty places at most', () => {
    const schema = { properties: { a: { items: { type: 'string' } } } };
    expect(findFaults(schema, { a: Array.from({ length: 500 }, () => 1) })).toHaveLength(20);
  });

  // An event has 32 KiB. JavaScript's own engine would not come back from the first of these.
  it.each<[string, JsonObject, JsonObject]>([
    [
      'nested repetitions',
      { properties: { a: { pattern: '^(a+)+$' } } },
      { a: `${'a'.repeat(32_000)}!` },
    ],
    ['alternatives', { properties: { a: { pattern: '^(a|a|aa)*b$' } } }, { a: 'a'.repeat(32_000) }],
    [
      'many equal items',
      { properties: { a: { items: { type: 'integer' }, uniqueItems: true } } },
      { a: Array.from({ length: 8_000 }, (_, index) => index) },
    ],
    ['an address', { properties: { a: { format: 'email' } } }, { a: `${'a.'.repeat(16_000)}@` }],
    ['a link', { properties: { a: { format: 'uri' } } }, { a: `http://${'a.'.repeat(16_000)}[` }],
  ])('%s take less than a second', (_, schema, properties) => {
    const compiled = compileSchema(schema);
    if (!isCompiled(compiled)) throw new Error(compiled.message);
    const start = performance.now();
    compiled.findFaults(properties);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
