import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';

/** A field, and how to ask for it. */
export interface Reached {
  /** `Type.field` */
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
  /** The fields from the first type to it, itself included. */
  readonly path: readonly string[];
}

/**
 * Every field below a type, by the shortest path to it, without going through one type twice.
 * @param isOpen whether a field may be asked for; others are given too, and not gone through
 */
export function fieldsBelow(
  type: GraphQLObjectType,
  isOpen: (name: string) => boolean,
): readonly Reached[] {
  const reached: Reached[] = [];
  const seen = new Set([type.name]);
  const pending = [{ type, path: [] as readonly string[] }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    for (const field of Object.values(next.type.getFields())) {
      const name = `${next.type.name}.${field.name}`;
      const path = [...next.path, field.name];
      reached.push({ name, field, path });
      const below = getNamedType(field.type);
      if (!isOpen(name) || !isObjectType(below) || seen.has(below.name)) continue;
      seen.add(below.name);
      pending.push({ type: below, path });
    }
  }
  return reached;
}

/** What to write to ask for fields that have paths. */
export function selectionOf(reached: readonly Reached[]): string {
  const heads = [...new Set(reached.map(({ path }) => path[0] ?? ''))];
  const parts = heads.map((head) => {
    const below = reached
      .filter(({ path }) => path[0] === head && path.length > 1)
      .map((one) => ({ ...one, path: one.path.slice(1) }));
    if (below.length > 0) return `${head} ${selectionOf(below)}`;
    const field = reached.find(({ path }) => path[0] === head)?.field;
    return `${head} ${field === undefined ? '' : leavesOf(field)}`;
  });
  return `{ ${parts.join(' ')} }`;
}

/** A field of some type that has fields is asked for these; nothing is deeper. */
function leavesOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return isLeafType(type) ? '' : '{ __typename }';
  const leaves = Object.values(type.getFields()).filter(({ type: of }) =>
    isLeafType(getNamedType(of)),
  );
  return `{ ${leaves.map(({ name }) => name).join(' ') || '__typename'} }`;
}
