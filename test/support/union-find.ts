/** The textbook structure, as the reference that the profile graph is compared with. */
export class UnionFind {
  private readonly parents = new Map<string, string>();

  /** Puts all the members into one part. */
  unite(members: readonly string[]): void {
    const [first, ...others] = members;
    if (first === undefined) return;
    const root = this.find(first);
    for (const other of others) this.parents.set(this.find(other), root);
  }

  /** The parts, each sorted, in the order of their first members. */
  partition(): string[][] {
    return partitionBy([...this.parents.keys()].map((member) => [member, this.find(member)]));
  }

  private find(member: string): string {
    let root = member;
    for (let parent = this.parents.get(root); parent !== root; parent = this.parents.get(root)) {
      if (parent === undefined) this.parents.set(root, root);
      else root = parent;
    }
    return root;
  }
}

/** Parts out of pairs of a member and the name of its part; in the form of `partition`. */
export function partitionBy(pairs: readonly (readonly [string, string])[]): string[][] {
  const parts = new Map<string, string[]>();
  for (const [member, part] of pairs) parts.set(part, [...(parts.get(part) ?? []), member]);
  return [...parts.values()].map((part) => part.sort()).sort(byFirst);
}

function byFirst([left = '']: readonly string[], [right = '']: readonly string[]): number {
  return left < right ? -1 : 1;
}
