import type { GraphQLFieldResolver } from 'graphql';
import type { Connection } from '../graphql/connection';
import type { RequestContext } from '../graphql/context';
import { type Caller, seesPersonalData } from './caller';
import type { FieldRule } from './field-rule';
import type { Pseudonyms } from './pseudonyms';

/** What comes in the place of a value. Is never given null. */
export type Mask = (value: unknown) => unknown;

/** How things are shown to those who may not see them as they are. */
export interface Disguises {
  /** By the names that rules give in `masked`. */
  readonly masks: Readonly<Record<string, Mask>>;
  readonly pseudonyms: Pseudonyms;
}

type Resolve = GraphQLFieldResolver<unknown, RequestContext>;

type AnyConnection = Connection<unknown>;

/** The resolver of a field as its rule wants it. The same one where the rule wants nothing. */
export function disguised(
  resolve: Resolve,
  rule: Pick<FieldRule, 'masked' | 'pseudonymous' | 'sealsCursors'>,
  { masks, pseudonyms }: Disguises,
): Resolve {
  const mask = rule.masked === undefined ? undefined : masks[rule.masked];
  let shown = resolve;
  if (mask !== undefined) shown = changedFor((caller) => !seesPersonalData(caller), mask, shown);
  if (rule.pseudonymous === true) shown = pseudonymous(shown, pseudonyms);
  if (rule.sealsCursors === true) shown = withSealedCursors(shown, pseudonyms);
  return shown;
}

/** Changes what some callers see, and nothing for others. */
function changedFor(
  isConcerned: (caller: Caller) => boolean,
  change: (value: unknown, caller: Caller) => unknown,
  resolve: Resolve,
): Resolve {
  return (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, info);
    const { caller } = context;
    if (!isConcerned(caller)) return value;
    const changed = (one: unknown) => (one == null ? one : change(one, caller));
    return value instanceof Promise ? value.then(changed) : changed(value);
  };
}

function pseudonymous(resolve: Resolve, pseudonyms: Pseudonyms): Resolve {
  const isCustomer = ({ kind }: Caller) => kind === 'CUSTOMER';
  const toPseudonym = (value: unknown, caller: Caller) =>
    caller.kind === 'CUSTOMER' ? pseudonyms.of(caller, String(value)) : value;
  return changedFor(isCustomer, toPseudonym, resolve);
}

/** A cursor is made of the id of what it stands at, which anybody can read. */
function withSealedCursors(resolve: Resolve, pseudonyms: Pseudonyms): Resolve {
  return (source, args, context, info) => {
    const { caller } = context;
    if (caller.kind !== 'CUSTOMER') return resolve(source, args, context, info);
    const opened = { ...(args as object) } as Record<string, unknown>;
    for (const name of ['after', 'before']) {
      const cursor = opened[name];
      if (typeof cursor === 'string') opened[name] = pseudonyms.open(caller, cursor, name);
    }
    const seal = (cursor: string) => pseudonyms.seal(caller, cursor);
    const connection = resolve(source, opened, context, info) as
      | AnyConnection
      | Promise<AnyConnection>;
    return connection instanceof Promise
      ? connection.then((one) => sealed(one, seal))
      : sealed(connection, seal);
  };
}

// Field by field: some are getters of a class, which a copy would leave out.
function sealed(
  { edges, pageInfo }: AnyConnection,
  seal: (cursor: string) => string,
): AnyConnection {
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
  return {
    edges: edges.map(({ node, cursor }) => ({ node, cursor: seal(cursor) })),
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: startCursor && seal(startCursor),
      endCursor: endCursor && seal(endCursor),
    },
  };
}
