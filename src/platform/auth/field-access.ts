import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { RequestContext } from '../graphql/context';
import { Forbidden, MissingScope } from './auth.errors';
import type { Caller } from './caller';
import { type Disguises, disguised } from './disguise';
import { faultsOfFieldAccess } from './field-access.faults';
import type { FieldAccess, FieldRule } from './field-rule';

/**
 * Puts the rules before the resolvers of the fields they name, once; fields that go along are not
 * touched and cost nothing. Changes `schema`.
 * @throws Error listing fields of which nothing is decided, or twice; entries without a field;
 *   rules that admit nobody; and what customers could get to although it is not for them
 */
export function applyFieldAccess(
  schema: GraphQLSchema,
  access: FieldAccess,
  disguises: Disguises,
): void {
  const faults = faultsOfFieldAccess(schema, access, Object.keys(disguises.masks));
  if (faults.length > 0) throw new Error(`The field access table is faulty: ${faults.join('; ')}.`);
  for (const [name, rule] of Object.entries(access.rules)) {
    guard(fieldOf(schema, name), rule, disguises);
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
      if (rule.goesAlong === true) return null;
      if (rule.scope === undefined) {
        return new Forbidden(`${fieldName} is for a customer's own token, not for keys.`);
      }
      return [rule.scope, rule.orScope].some((scope) => scope && caller.scopes.has(scope))
        ? null
        : new MissingScope(rule.scope);
  }
}

type Field = GraphQLField<unknown, RequestContext>;

function guard(field: Field, rule: FieldRule, disguises: Disguises): void {
  const resolve = disguised(field.resolve ?? defaultFieldResolver, rule, disguises);
  field.resolve = (source, args, context, info) => {
    const refusal = refuseField(field.name, rule, context.caller);
    if (refusal !== null) throw refusal;
    return resolve(source, args, context, info);
  };
}

function fieldOf(schema: GraphQLSchema, name: string): Field {
  const [typeName = '', fieldName = ''] = name.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`${name} does not exist.`);
  return field;
}
