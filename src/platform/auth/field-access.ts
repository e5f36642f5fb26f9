import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { RequestContext } from '../graphql/context';
import { Forbidden, MissingScope } from './auth.errors';
import type { Caller } from './caller';
import type { Scope } from './scopes';

/** Who may ask for a field. A rule names a scope or any key, customers, or both; never neither. */
export interface FieldRule {
  /** The scope an API key or a write key needs. Without one, no key may. */
  readonly scope?: Scope;
  /** Another scope that will do as well. */
  readonly orScope?: Scope;
  /** Whether any key may: what it reaches by the field is decided for each thing anew. */
  readonly anyKey?: true;
  /** Whether a customer may, with a token of their own. */
  readonly customer?: true;
}

/** Rules by `Type.field`. */
export type FieldAccessTable = Readonly<Record<string, FieldRule>>;

/**
 * Puts the table before the resolvers of the fields it names, once; other fields are not touched.
 * Changes `schema`.
 * @param typesListedInFull types of which every field must have a rule, besides Query and Mutation
 * @throws Error listing fields without a rule, rules without a field and rules that admit nobody
 */
export function applyFieldAccess(
  schema: GraphQLSchema,
  table: FieldAccessTable,
  typesListedInFull: readonly string[],
): void {
  const fields = fieldsOf(schema);
  const faults = [
    ...missingRules(fields, table, new Set(['Query', 'Mutation', ...typesListedInFull])),
    ...faultyRules(fields, table),
  ];
  if (faults.length > 0) throw new Error(`The field access table is faulty: ${faults.join('; ')}.`);
  for (const [name, rule] of Object.entries(table)) {
    const field = fields.get(name);
    if (field !== undefined) guard(field, rule);
  }
}

/**
 * The one decision of authorisation.
 * @returns the refusal, or null where the caller may
 */
export function refuseField(fieldName: string, rule: FieldRule, caller: Caller): Forbidden | null {
  switch (caller.kind) {
    case 'CUSTOMER':
      if (rule.customer === true) return null;
      return new Forbidden(`${fieldName} is not for a customer's own token.`);
    case 'KEY':
    case 'SOURCE':
      if (rule.anyKey === true) return null;
      if (rule.scope === undefined) {
        return new Forbidden(`${fieldName} is for a customer's own token, not for keys.`);
      }
      return [rule.scope, rule.orScope].some((scope) => scope && caller.scopes.has(scope))
        ? null
        : new MissingScope(rule.scope);
  }
}

type Field = GraphQLField<unknown, RequestContext>;

function guard(field: Field, rule: FieldRule): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    const refusal = refuseField(field.name, rule, context.caller);
    if (refusal !== null) throw refusal;
    return resolve(source, args, context, info);
  };
}

function fieldsOf(schema: GraphQLSchema): ReadonlyMap<string, Field> {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return new Map(
    types.flatMap((type) =>
      Object.values(type.getFields()).map((field): [string, Field] => [
        `${type.name}.${field.name}`,
        field,
      ]),
    ),
  );
}

function missingRules(
  fields: ReadonlyMap<string, Field>,
  table: FieldAccessTable,
  types: ReadonlySet<string>,
): readonly string[] {
  return [...fields.keys()]
    .filter((name) => types.has(name.slice(0, name.indexOf('.'))) && !Object.hasOwn(table, name))
    .map((name) => `${name} has no rule`);
}

function faultyRules(
  fields: ReadonlyMap<string, Field>,
  table: FieldAccessTable,
): readonly string[] {
  return Object.entries(table).flatMap(([name, rule]) => {
    if (!fields.has(name)) return [`${name} does not exist`];
    const admitsNobody = !rule.scope && !rule.anyKey && !rule.customer;
    return admitsNobody ? [`the rule of ${name} admits nobody`] : [];
  });
}
