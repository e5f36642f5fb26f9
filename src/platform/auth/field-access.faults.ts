import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';
import type { FieldAccess, FieldRule, FieldsByType } from './field-rule';

/**
 * Everything that is wrong with what is decided of the fields of a schema.
 * @param masks the names of the masks there are
 */
export function faultsOfFieldAccess(
  schema: GraphQLSchema,
  access: FieldAccess,
  masks: readonly string[],
): readonly string[] {
  const types = objectTypesOf(schema);
  const fields = types.flatMap((type) => fieldNamesOf(type));
  const { rules, alongForCustomers, alongForKeys } = access;
  const along = [...listed(alongForCustomers), ...listed(alongForKeys)];
  const decided = [...Object.keys(rules), ...along];
  return [
    ...missing(fields, decided).map((name) => `${name} has no entry`),
    ...missing(decided, fields).map((name) => `${name} does not exist`),
    ...repeated(decided).map((name) => `${name} has two entries`),
    ...Object.entries(rules).flatMap(([name, rule]) => faultsOfRule(name, rule, masks)),
    ...faultsOfReach(schema, access),
  ];
}

/** What customers get to, by `Type.field`, whatever path they take from the root fields for them. */
export function fieldsCustomersReach(
  schema: GraphQLSchema,
  rules: FieldAccess['rules'],
): ReadonlySet<string> {
  const reached = new Set<string>();
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const pending = roots.filter((type) => type != null);
  const seen = new Set<GraphQLObjectType>(pending);
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const rule = rules[name];
      // Of root fields nothing goes along: each has a rule.
      if (rule === undefined ? roots.includes(type) : rule.customer !== true) continue;
      reached.add(name);
      for (const next of possibleTypes(schema, getNamedType(field.type))) {
        if (rule?.customersReach?.includes(next.name) === false) continue;
        if (!seen.has(next)) pending.push(next);
        seen.add(next);
      }
    }
  }
  return reached;
}

function faultsOfReach(schema: GraphQLSchema, access: FieldAccess): readonly string[] {
  const reached = fieldsCustomersReach(schema, access.rules);
  const admitted = listed(access.alongForCustomers);
  const forCustomers = Object.entries(access.rules).flatMap(([name, rule]) =>
    rule.customer === true ? [name] : [],
  );
  return [
    ...listed(access.alongForKeys)
      .filter((name) => reached.has(name))
      .map((name) => `${name} is not for customers, and they get there`),
    ...[...admitted, ...forCustomers]
      .filter((name) => !reached.has(name))
      .map((name) => `${name} is for customers, and they do not get there`),
  ];
}

function faultsOfRule(name: string, rule: FieldRule, masks: readonly string[]): readonly string[] {
  const faults: string[] = [];
  const { scope, goesAlong, anyKey, customer } = rule;
  if (!scope && !goesAlong && !anyKey && !customer) {
    faults.push(`the rule of ${name} admits nobody`);
  }
  if (rule.goesAlong === true && /^(?:Query|Mutation|Subscription)\./.test(name)) {
    faults.push(`${name} goes along with nothing`);
  }
  if (rule.masked !== undefined && !masks.includes(rule.masked)) {
    faults.push(`there is no mask ${rule.masked} for ${name}`);
  }
  return faults;
}

function objectTypesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
}

function fieldNamesOf(type: GraphQLObjectType): readonly string[] {
  return Object.keys(type.getFields()).map((field) => `${type.name}.${field}`);
}

function possibleTypes(
  schema: GraphQLSchema,
  type: ReturnType<typeof getNamedType>,
): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

function listed(fields: FieldsByType): readonly string[] {
  return Object.entries(fields).flatMap(([type, names]) =>
    names.split(' ').map((name) => `${type}.${name}`),
  );
}

function missing(names: readonly string[], among: readonly string[]): readonly string[] {
  const known = new Set(among);
  return names.filter((name) => !known.has(name));
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) < index);
}
