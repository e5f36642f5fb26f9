import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/**
 * Whether an operation asks for a field of one of some names anywhere below another one, which is
 * found out once for each operation. Too often rather than not: directives that leave it out are not read.
 */
export class FieldSearch {
  private readonly found = new WeakMap<FieldNode, boolean>();

  private readonly names: ReadonlySet<string>;

  constructor(...names: readonly string[]) {
    this.names = new Set(names);
  }

  isAskedBelow({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
    return fieldNodes.some((node) => {
      const known = this.found.get(node);
      if (known !== undefined) return known;
      const isAsked = this.isIn(node.selectionSet, fragments);
      this.found.set(node, isAsked);
      return isAsked;
    });
  }

  private isIn(
    set: SelectionSetNode | undefined,
    fragments: GraphQLResolveInfo['fragments'],
  ): boolean {
    if (set === undefined) return false;
    return set.selections.some((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        return this.isIn(fragments[selection.name.value]?.selectionSet, fragments);
      }
      const isIt = selection.kind === Kind.FIELD && this.names.has(selection.name.value);
      return isIt || this.isIn(selection.selectionSet, fragments);
    });
  }
}
