import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLArgument,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { fieldAccess } from '../../src/field-access';
import type { FieldRule } from '../../src/platform/auth/field-rule';
import { buildApiSchema, printApiSchema } from '../../src/platform/graphql/schema';
import { resolverClasses } from '../../src/resolvers';

const schema = buildApiSchema(resolverClasses);
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);

interface Part {
  /** `Profile`, `Profile.events`, `Profile.events(first:)`, `ValueTier.HIGH`. */
  readonly path: string;
  readonly name: string;
  readonly kind: 'type' | 'field' | 'argument' | 'value' | 'directive';
  readonly description: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
}

const parts: readonly Part[] = [
  ...types.flatMap((type): Part[] => [
    { path: type.name, name: type.name, kind: 'type', description: type.description },
    ...partsOf(type),
  ]),
  ...schema
    .getDirectives()
    .flatMap((directive): Part[] => [
      { ...directive, kind: 'directive', path: `@${directive.name}` },
      ...argumentsOf(directive.args, `@${directive.name}`),
    ]),
];

function partsOf(type: GraphQLNamedType): readonly Part[] {
  if (isEnumType(type)) {
    return type
      .getValues()
      .map((value) => ({ ...value, kind: 'value', path: `${type.name}.${value.name}` }));
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => ({
      ...field,
      kind: 'field',
      path: `${type.name}.${field.name}`,
    }));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): Part[] => [
    { ...field, kind: 'field', path: `${type.name}.${field.name}` },
    ...argumentsOf(field.args, `${type.name}.${field.name}`),
  ]);
}

function argumentsOf(args: readonly GraphQLArgument[], path: string): readonly Part[] {
  return args.map((argument) => ({
    ...argument,
    kind: 'argument',
    path: `${path}(${argument.name}:)`,
  }));
}

function pathsOf(kind: Part['kind'], isFaulty: (part: Part) => boolean): readonly string[] {
  return parts.filter((part) => part.kind === kind && isFaulty(part)).map(({ path }) => path);
}

describe('descriptions', () => {
  it.each(['type', 'field', 'argument', 'value', 'directive'] as const)(
    'every %s has one',
    (kind) => {
      expect(pathsOf(kind, ({ description }) => (description ?? '').trim().length < 3)).toEqual([]);
    },
  );

  it('are sentences: they begin with a capital and end', () => {
    const faulty = parts.filter(
      ({ description }) => !/^[A-Z`"0-9−-].*[.…!]$/su.test(description ?? ''),
    );
    expect(faulty.map(({ path, description }) => [path, description])).toEqual([]);
  });
});

it('what is deprecated says what to use instead, or that there is nothing', () => {
  const faulty = parts.filter(
    ({ deprecationReason: reason }) => reason != null && !/^(Use `\w|Nothing ).*\.$/.test(reason),
  );
  expect(faulty.map(({ path, deprecationReason }) => [path, deprecationReason])).toEqual([]);
});

describe('names', () => {
  it('of types are in PascalCase', () => {
    expect(pathsOf('type', ({ name }) => !/^[A-Z][A-Za-z0-9]*$/.test(name))).toEqual([]);
  });

  it('of fields and arguments are in camelCase', () => {
    const isOther = ({ name }: Part): boolean => !/^[a-z][A-Za-z0-9]*$/.test(name);
    expect([...pathsOf('field', isOther), ...pathsOf('argument', isOther)]).toEqual([]);
  });

  it('of enum values are in SCREAMING_SNAKE_CASE', () => {
    expect(pathsOf('value', ({ name }) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('of instants end in At, Since or Until, or are `since` and `until`', () => {
    const faulty = types.flatMap((type) =>
      isObjectType(type) || isInputObjectType(type)
        ? Object.values(type.getFields())
            .filter((field) => String(field.type).startsWith('DateTime'))
            .filter(({ name }) => !/(At|Since|Until|^since|^until)$/.test(name))
            .map(({ name }) => `${type.name}.${name}`)
        : [],
    );
    expect(faulty).toEqual([]);
  });

  it('of inputs, unions, pages and edges say what they are', () => {
    const faulty = types.filter(
      (type) =>
        (isInputObjectType(type) && !/(Input|Filter|Order)$/.test(type.name)) ||
        (isUnionType(type) && !type.name.endsWith('Result')) ||
        (isObjectType(type) && 'edges' in type.getFields() && !type.name.endsWith('Connection')),
    );
    expect(faulty.map(({ name }) => name)).toEqual([]);
  });
});

describe('shape', () => {
  const own = Object.entries(fieldAccess).filter(([name, rule]) => {
    const { scope } = rule as FieldRule;
    return !/^(Query|Mutation)\./.test(name) && scope !== undefined && scope !== 'profiles:read';
  });
  const guarded = new Set(own.map(([name]) => name));

  it('every list that can grow is a connection with `first` and `after`', () => {
    const faulty = types.flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields())
            .filter(({ type: of }) => /Connection!?$/.test(String(of)))
            .filter(({ name, type: of, args }) => {
              const names = args.map(({ name }) => name);
              const isPaged = names.includes('first') && names.includes('after');
              // One that takes a scope of its own is null without it.
              const mayBeNull = guarded.has(`${type.name}.${name}`);
              return String(of).endsWith('!') === mayBeNull || !isPaged;
            })
            .map(({ name }) => `${type.name}.${name}`)
        : [],
    );
    expect(faulty).toEqual([]);
  });

  it('ids are never null, and are IDs', () => {
    const faulty = types.flatMap((type) => {
      if (!isObjectType(type)) return [];
      const { id } = type.getFields();
      return id !== undefined && String(id.type) !== 'ID!' ? [type.name] : [];
    });
    expect(faulty).toEqual([]);
  });

  it('a mutation with named refusals answers with a union, and each refusal has a message', () => {
    const refusals = new Set<string>();
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const type = schema.getType(String(field.type).replace('!', ''));
      if (!isUnionType(type)) continue;
      expect(String(field.type)).toMatch(/Result!$/);
      for (const member of type.getTypes()) {
        if (!('id' in member.getFields())) refusals.add(member.name);
      }
    }
    const silent = [...refusals].filter((name) => {
      const type = schema.getType(name);
      if (!isObjectType(type)) return true;
      const fields = type.getFields();
      return !['message', 'profile', 'profiles', 'secret', 'discarded', 'changes'].some(
        (name) => name in fields,
      );
    });
    expect(silent).toEqual([]);
  });

  it('has no scalars but those that clients are told of', () => {
    const scalars = types.filter(isScalarType).map(({ name }) => name);
    expect(scalars.sort()).toEqual(['DateTime', 'Int64', 'JSONObject']);
  });
});

const file = join(__dirname, '../../schema/schema.graphql');

it('schema/schema.graphql is what the code makes', () => {
  // Where this fails: npm run generate.
  expect(readFileSync(file, 'utf8')).toBe(printApiSchema(schema));
});
