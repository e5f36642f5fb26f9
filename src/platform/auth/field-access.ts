import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  isObjectType,
  lexicographicSortSchema,
} from 'graphql';
import type { RequestContext } from '../graphql/context';
import { Forbidden, MissingScope } from './auth.errors';
import { type Caller, seesPersonalData } from './caller';
import { type Disguises, disguised } from './disguise';
import { faultsOfFieldAccess } from './field-access.faults';
import type { FieldAccess, FieldRule } from './field-rule';
import type { Scope } from './scopes';

/**
 * Puts the rules before the resolvers of the fields they name, once; fields that go along are not
 * touched and cost nothing. Changes `schema`.
 * @returns the same for keys that see everything as it is, see `showsAsIs`: there what is only
 *   disguised, and refused to no key, costs nothing either
 * @throws Error listing fields of which nothing is decided, or twice; entries without a field;
 *   rules that admit nobody; and what customers could get to although it is not for them
 */
export function applyFieldAccess(
  schema: GraphQLSchema,
  access: FieldAccess,
  disguises: Disguises,
): GraphQLSchema {
  const faults = faultsOfFieldAccess(schema, access, Object.keys(disguises.masks));
  if (faults.length > 0) throw new Error(`The field access table is faulty: ${faults.join('; ')}.`);
  // Sorting is what makes a copy: the original would be guarded twice.
  const plainSchema = lexicographicSortSchema(schema);
  for (const [name, rule] of Object.entries(access.rules)) {
    const field = fieldOf(schema, name);
    guard(field, rule, disguised(resolverOf(field), rule, disguises));
    if (rule.goesAlong === true) continue;
    const plainField = fieldOf(plainSchema, name);
    guard(plainField, rule, resolverOf(plainField));
  }
  return plainSchema;
}

/**
 * For what arguments open, which the table of fields does not know.
 * @throws MissingScope where a key lacks the scope
 */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.kind === 'CUSTOMER' || !caller.scopes.has(scope)) throw new MissingScope(scope);
}

/** Whether nothing is disguised of what a caller may see. */
export function showsAsIs(caller: Caller): boolean {
  return caller.kind !== 'CUSTOMER' && seesPersonalData(caller);
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
      if (rule.goesAlong === true || rule.anyKey === true) return null;
      if (rule.scope === undefined) {
        return new Forbidden(`${fieldName} is for a customer's own token, not for keys.`);
      }
      return [rule.scope, rule.orScope].some((scope) => scope && caller.scopes.has(scope))
        ? null
        : new MissingScope(rule.scope);
  }
}

type Field = GraphQLField<unknown, RequestContext>;
type Resolve = NonNullable<Field['resolve']>;

function resolverOf(field: Field): Resolve {
  return field.resolve ?? defaultFieldResolver;
}

function guard(field: Field, rule: FieldRule, resolve: Resolve): void {
  field.resolve = (source, args, context, info) => {
    const refusal = refuseField(field.name, rule, context.caller);
    if (refusal !== null) throw refusal;
    return resolve(source, args, context, info);
  };
  const { subscribe } = field;
  if (subscribe === undefined) return;
  // Before the first event as well: nobody listens in vain.
  field.subscribe = (source, args, context, info) => {
    const refusal = refuseField(field.name, rule, context.caller);
    if (refusal !== null) throw refusal;
    return subscribe(source, args, context, info);
  };
}

function fieldOf(schema: GraphQLSchema, name: string): Field {
  const [typeName = '', fieldName = ''] = name.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`${name} does not exist.`);
  return field;
}
