import type { JsonObject } from '../../shared/json';
import { judgeEvent, judgeProperties, type SchemaInForce } from './event-schemas.judging.rules';
import type { SchemaEnforcement } from './event-schemas.model';
import { compileSchema, isCompiled } from './event-schemas.validation.rules';

const address: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string' } },
};

const order: JsonObject = {
  type: 'object',
  properties: {
    revenue: { type: 'number' },
    address: { $ref: '#/$defs/address' },
    items: { type: 'array', items: { properties: { sku: { type: 'string' } } } },
    pair: { prefixItems: [{ properties: { a: true } }, { properties: { b: true } }] },
    free: { type: 'object' },
  },
  patternProperties: { '^x_': { properties: { k: true } } },
  required: ['revenue', 'id'],
  $defs: { address },
};

function inForce(schema: JsonObject, enforcement: SchemaEnforcement, version = 3): SchemaInForce {
  const compiled = compileSchema(schema);
  if (!isCompiled(compiled)) throw new Error(compiled.message);
  return { version, enforcement, compiled };
}

/** What becomes of the properties, and what is counted. */
function judge(schema: JsonObject, enforcement: SchemaEnforcement, properties: JsonObject) {
  const verdict = judgeProperties(properties, inForce(schema, enforcement));
  if (verdict === null) return 'as agreed';
  return {
    ...(verdict.refusal === null ? { stored: verdict.properties } : { refusal: verdict.refusal }),
    counted: verdict.violations.map(({ path, rule }) => `${path} ${rule}`),
  };
}

describe('ALLOW', () => {
  it.each<[string, JsonObject, unknown]>([
    ['what is as agreed', { revenue: 1, id: 1 }, 'as agreed'],
    ['what the schema does not name', { revenue: 1, id: 1, extra: 1 }, 'as agreed'],
    [
      'what is wrong',
      { revenue: 'a lot', extra: 1 },
      { stored: { revenue: 'a lot', extra: 1 }, counted: ['/id required', '/revenue type'] },
    ],
  ])('takes %s', (_, properties, expected) => {
    expect(judge(order, 'ALLOW', properties)).toEqual(expected);
  });
});

describe('QUARANTINE', () => {
  it.each<[string, JsonObject, JsonObject, unknown]>([
    ['takes what the schema does not name', order, { revenue: 1, id: 1, extra: 1 }, 'as agreed'],
    [
      'refuses it where the schema says so',
      { properties: { a: true }, additionalProperties: false },
      { secret: 'ada@example.com' },
      {
        refusal: 'Not as event schema 3 says: /secret: additionalProperties.',
        counted: ['/* additionalProperties'],
      },
    ],
    [
      'names three places and no value',
      {
        properties: {
          a: { type: 'null' },
          b: { type: 'null' },
          c: { type: 'null' },
          d: { type: 'null' },
        },
      },
      { a: 'ada', b: 'ada', c: 'ada', d: 'ada' },
      {
        refusal: 'Not as event schema 3 says: /a: type; /b: type; /c: type; and 1 more.',
        counted: ['/a type', '/b type', '/c type', '/d type'],
      },
    ],
    [
      'names the whole',
      { minProperties: 1 },
      {},
      { refusal: 'Not as event schema 3 says: /: minProperties.', counted: [' minProperties'] },
    ],
  ])('%s', (_, schema, properties, expected) => {
    expect(judge(schema, 'QUARANTINE', properties)).toEqual(expected);
  });
});

describe('OMIT', () => {
  it.each<[string, JsonObject, JsonObject, unknown]>([
    ['leaves alone what is as agreed', order, { revenue: 1, id: 1 }, 'as agreed'],
    [
      'leaves out what is not named',
      order,
      { revenue: 1, id: 1, extra: { a: 1 } },
      { stored: { revenue: 1, id: 1 }, counted: ['/* unknownProperty'] },
    ],
    [
      'within what a reference leads to',
      order,
      { revenue: 1, id: 1, address: { city: 'Bern', zip: 3000 } },
      {
        stored: { revenue: 1, id: 1, address: { city: 'Bern' } },
        counted: ['/address/* unknownProperty'],
      },
    ],
    [
      'within lists',
      order,
      {
        revenue: 1,
        id: 1,
        items: [{ sku: 'a', cost: 1 }, { sku: 'b' }],
        pair: [
          { a: 1, b: 1 },
          { a: 1, b: 1 },
        ],
      },
      {
        stored: {
          revenue: 1,
          id: 1,
          items: [{ sku: 'a' }, { sku: 'b' }],
          pair: [{ a: 1 }, { b: 1 }],
        },
        counted: [
          '/items/*/* unknownProperty',
          '/pair/*/* unknownProperty',
          '/pair/*/* unknownProperty',
        ],
      },
    ],
    [
      'within what a pattern names',
      order,
      { revenue: 1, id: 1, x_a: { k: 1, l: 1 } },
      { stored: { revenue: 1, id: 1, x_a: { k: 1 } }, counted: ['/*/* unknownProperty'] },
    ],
    [
      'keeps an object of which nothing is said',
      order,
      { revenue: 1, id: 1, free: { any: 1 } },
      'as agreed',
    ],
    [
      'keeps everything where nothing is named',
      { type: 'object' },
      { any: { thing: 1 } },
      'as agreed',
    ],
    [
      'keeps what is allowed besides',
      { properties: { a: true }, additionalProperties: { properties: { k: true } } },
      { a: 1, b: { k: 1, l: 2 } },
      { stored: { a: 1, b: { k: 1 } }, counted: ['/*/* unknownProperty'] },
    ],
    [
      'keeps what any alternative names',
      {
        properties: { a: true },
        anyOf: [{ properties: { b: true } }, { allOf: [{ properties: { c: true } }] }],
        if: true,
        else: { properties: { d: true } },
        dependentSchemas: { a: { properties: { e: true } } },
      },
      { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 },
      { stored: { a: 1, b: 1, c: 1, d: 1, e: 1 }, counted: ['/* unknownProperty'] },
    ],
    [
      'keeps what another part says of all others',
      {
        allOf: [
          { properties: { a: { properties: { x: true } } } },
          { additionalProperties: { properties: { y: true } } },
        ],
      },
      { a: { x: 1, y: 1, z: 1 }, b: { y: 1, z: 1 } },
      {
        stored: { a: { x: 1, y: 1 }, b: { y: 1 } },
        counted: ['/a/* unknownProperty', '/*/* unknownProperty'],
      },
    ],
    [
      'keeps what another part says of all items',
      {
        properties: {
          a: {
            prefixItems: [{ properties: { x: true } }],
            contains: { properties: { y: true } },
            allOf: [{ items: { properties: { z: true } } }],
          },
        },
      },
      {
        a: [
          { x: 1, y: 1, z: 1, q: 1 },
          { x: 1, y: 1, z: 1 },
        ],
      },
      {
        stored: {
          a: [
            { x: 1, y: 1, z: 1 },
            { y: 1, z: 1 },
          ],
        },
        counted: ['/a/*/* unknownProperty', '/a/*/* unknownProperty'],
      },
    ],
    [
      'leaves whole what several patterns speak of',
      { patternProperties: { '^a': { properties: { x: true } }, b$: { properties: { y: true } } } },
      { ab: { x: 1, y: 1, z: 1 }, a: { x: 1, z: 1 }, c: 1 },
      {
        stored: { ab: { x: 1, y: 1, z: 1 }, a: { x: 1 } },
        counted: ['/*/* unknownProperty', '/* unknownProperty'],
      },
    ],
    [
      'does not know what must not be',
      { properties: { a: true }, not: { properties: { b: { type: 'string' } }, required: ['b'] } },
      { a: 1, b: 'x' },
      { stored: { a: 1 }, counted: ['/* unknownProperty'] },
    ],
    [
      'leaves out what would have been refused',
      { properties: { a: true }, additionalProperties: false },
      { a: 1, b: 1 },
      { stored: { a: 1 }, counted: ['/* unknownProperty'] },
    ],
    [
      'refuses a wrong value, and leaves none out',
      order,
      { revenue: 'a lot', id: 1, extra: 1 },
      {
        refusal: 'Not as event schema 3 says: /revenue: type.',
        counted: ['/revenue type', '/* unknownProperty'],
      },
    ],
    [
      'keeps names that objects have by themselves apart',
      { properties: { a: true } },
      JSON.parse('{"a":1,"__proto__":{"x":1},"constructor":1}') as JsonObject,
      { stored: { a: 1 }, counted: ['/* unknownProperty', '/* unknownProperty'] },
    ],
  ])('%s', (_, schema, properties, expected) => {
    expect(judge(schema, 'OMIT', properties)).toEqual(expected);
  });

  it('gives the properties back as they are where nothing is left out', () => {
    const properties = { revenue: 'x', id: 1, items: [{ sku: 'a' }] };
    const verdict = judgeProperties(properties, inForce(order, 'OMIT'));
    expect(verdict?.properties).toBe(properties);
  });

  it('keeps a property called __proto__ that the schema names', () => {
    const schema = JSON.parse('{"properties":{"__proto__":true}}') as JsonObject;
    const properties = JSON.parse('{"__proto__":{"x":1},"b":2}') as JsonObject;
    const verdict = judgeProperties(properties, inForce(schema, 'OMIT'));
    expect(JSON.stringify(verdict?.properties)).toBe('{"__proto__":{"x":1}}');
  });
});

describe('the version an event names', () => {
  const one = inForce({ required: ['a'] }, 'QUARANTINE', 1);
  const two = inForce({ required: ['b'] }, 'QUARANTINE', 2);
  const lenient = inForce({ required: ['b'] }, 'ALLOW', 2);

  it.each<[string, SchemaInForce | null, number | undefined, string | null]>([
    ['none: the active one', two, undefined, 'refused by 2: /b required'],
    ['an earlier one', two, 1, 'refused by 1: /a required'],
    ['the active one', two, 2, 'refused by 2: /b required'],
    ['one that is none', two, 3, 'refused by 2:  unknownVersion'],
    ['one that is none, where that only counts', lenient, 3, 'taken by 2:  unknownVersion'],
    ['one that is none, where none is active', null, -1, 'taken by 0:  unknownVersion'],
    ['none, where none is active', null, undefined, null],
    ['one, where none is active', null, 2, 'refused by 2: /b required'],
  ])('%s', (_, active, schemaVersion, expected) => {
    const event = { messageId: 'm', name: 'A', identifiers: [], schemaVersion };
    const versions = new Map([
      [1, one],
      [2, two],
    ]);
    const verdict = judgeEvent(event, { active, versions });
    const told =
      verdict &&
      `${verdict.refusal === null ? 'taken' : 'refused'} by ${verdict.violations
        .map(({ version, path, rule }) => `${version}: ${path} ${rule}`)
        .join()}`;
    expect(told).toBe(expected);
  });
});
