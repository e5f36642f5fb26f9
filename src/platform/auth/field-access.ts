import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { RequestContext } from '../graphql/context';
import { Forbidden, MissingScope } from './auth.errors';
import type { Caller } from './caller';
import { type Disguises, disguised } from './disguise';
import { faultsOfFieldAccess } from './field-access.faults';
import type { Scope } from './scopes';

/** Who may ask for a field. A rule names a scope, customers, or both, or goes along; never none. */
export interface FieldRule {
  /** The scope an API key or a write key needs. */
  readonly scope?: Scope;
  /** Another scope that will do as well. */
  readonly orScope?: Scope;
  /** Whether every key may that was let so far: the field goes with the one that led to it. */
  readonly goesAlong?: true;
  /** Whether a customer may, with a token of their own. */
  readonly customer?: true;
  /** Personal data: by which mask keys see it that may not read such. Customers see their own. */
  readonly masked?: string;
  /** What may be of another customer: to customers it is shown as a pseudonym. */
  readonly pseudonymous?: true;
  /** A connection over what is of other customers: to customers its cursors are sealed. */
  readonly sealsCursors?: true;
}

/** Rules by `Type.field`. */
export type FieldAccessTable = Readonly<Record<string, FieldRule>>;

/**
 * Of types whose fields go with the field that led to them, or some of them: the names of these
 * fields with spaces between, by type. Nothing of them depends on who asks.
 */
export type FieldsByType = Readonly<Record<string, string>>;

/** What is decided of every field of every object type, once each. */
export interface FieldAccess {
  readonly rules: FieldAccessTable;
  /** Where customers get to as well. */
  readonly alongForCustomers: FieldsByType;
  /** Where only keys get to. */
  readonly alongForKeys: FieldsByType;
}

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
