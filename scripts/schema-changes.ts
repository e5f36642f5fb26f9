import {
  type BreakingChange,
  BreakingChangeType,
  buildASTSchema,
  buildSchema,
  type DirectiveNode,
  findBreakingChanges,
  findDangerousChanges,
  GraphQLSchema,
  isInterfaceType,
  isObjectType,
  parse,
  visit,
} from 'graphql';

/** A change of the API, told against the last release. */
export interface ApiChange {
  /** As graphql-js tells it, e.g. `Profile.value was removed.` */
  readonly what: string;
  /** How to do without it. */
  readonly instead: string;
}

export interface ApiChanges {
  /** Operations that were valid no longer are, or get what they were told they never would. */
  readonly breaking: readonly ApiChange[];
  /** Operations stay valid, but may get a value or a type that was not there to be told apart. */
  readonly widening: readonly string[];
}

/**
 * Compares two schemas, each in the schema definition language. What the released one had
 * deprecated may go: its clients were told.
 */
export function compareApis(released: string, current: string): ApiChanges {
  const now = buildSchema(current);
  return {
    breaking: findBreakingChanges(withoutDeprecated(released), now).map(
      ({ type, description }) => ({
        what: description,
        instead: insteadOf(type),
      }),
    ),
    widening: findDangerousChanges(buildSchema(released), now).map(
      ({ description }) => description,
    ),
  };
}

/** The schema without what is deprecated, and without the types that only that led to. */
function withoutDeprecated(definitions: string): GraphQLSchema {
  const leaveOut = ({ directives = [] }: { readonly directives?: readonly DirectiveNode[] }) =>
    directives.some(({ name }) => name.value === 'deprecated') ? null : undefined;
  const kept = visit(parse(definitions), {
    FieldDefinition: leaveOut,
    InputValueDefinition: leaveOut,
    EnumValueDefinition: leaveOut,
  });
  // Valid but for types that have lost all their fields, which nothing leads to any more.
  const schema = buildASTSchema(kept, { assumeValid: true });
  const implementing = Object.values(schema.getTypeMap()).filter(
    (type) => (isObjectType(type) || isInterfaceType(type)) && type.getInterfaces().length > 0,
  );
  return new GraphQLSchema({ ...schema.toConfig(), types: implementing });
}

function insteadOf(type: BreakingChange['type']): string {
  switch (type) {
    case BreakingChangeType.FIELD_REMOVED:
    case BreakingChangeType.ARG_REMOVED:
    case BreakingChangeType.VALUE_REMOVED_FROM_ENUM:
      return 'Keep it, deprecated, until a release has told its clients.';
    case BreakingChangeType.FIELD_CHANGED_KIND:
      return 'Add a field of another name beside it, and deprecate this one.';
    case BreakingChangeType.ARG_CHANGED_KIND:
      return 'Add an argument of another name beside it, and deprecate this one.';
    case BreakingChangeType.REQUIRED_ARG_ADDED:
    case BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED:
      return 'Give it a default, or let it be left out.';
    case BreakingChangeType.TYPE_REMOVED:
    case BreakingChangeType.TYPE_CHANGED_KIND:
    case BreakingChangeType.TYPE_REMOVED_FROM_UNION:
    case BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED:
      return 'Keep it as it was, and deprecate the fields that lead to it.';
    default:
      return 'Keep it as it was.';
  }
}

/** A breaking change that the changelog tells of the next release. */
export interface ToldChange {
  readonly what: string;
  /** The reason; empty where none is given. */
  readonly why: string;
}

export const BREAKING_HEADING = '### Breaking changes of the API';

/** Reads lines such as "- `Profile.value was removed.` Nobody asked for it." under the heading. */
export function toldChanges(changelog: string): readonly ToldChange[] {
  const unreleased = changelog.split(/^## /m).find((text) => text.startsWith('[Unreleased]')) ?? '';
  const told = unreleased.split(/^(?=### )/m).find((text) => text.startsWith(BREAKING_HEADING));
  return [...(told ?? '').matchAll(/^- `(.+?)`(.*)$/gm)].map(([, what = '', why = '']) => ({
    what,
    why: why.trim(),
  }));
}

/**
 * A line for each breaking change that the changelog does not tell, or tells without a reason, and
 * for each that it tells and that was not made.
 */
export function findFaults(
  { breaking }: ApiChanges,
  told: readonly ToldChange[],
): readonly string[] {
  const reasons = new Map(told.map(({ what, why }) => [what, why]));
  const made = new Set(breaking.map(({ what }) => what));
  const untold = breaking.flatMap(({ what, instead }) => {
    const why = reasons.get(what);
    if (why === undefined) return [`\`${what}\` ${instead}`];
    return why === '' ? [`\`${what}\` The changelog does not say why.`] : [];
  });
  const unmade = told
    .filter(({ what }) => !made.has(what))
    .map(({ what }) => `\`${what}\` The changelog says so, and nothing of it is to be found.`);
  return [...untold, ...unmade];
}
