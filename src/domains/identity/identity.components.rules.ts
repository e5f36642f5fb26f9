import type { IdentifierId } from '../../shared/ids';
import type { Link } from './identity.model';

/** Which identifiers links join; a union-find whose roots are the oldest of each component. */
export class Components {
  private readonly parents = new Map<IdentifierId, IdentifierId>();

  static of(identifierIds: readonly IdentifierId[], links: readonly Link[]): Components {
    const components = new Components();
    for (const one of identifierIds) components.rootOf(one);
    for (const link of links) components.join(link.identifierId, link.linkedIdentifierId);
    return components;
  }

  /** The oldest identifier that this one is joined to; itself where it is joined to none. */
  rootOf(identifierId: IdentifierId): IdentifierId {
    let root = identifierId;
    for (;;) {
      const parent = this.parents.get(root) ?? root;
      if (parent === root) break;
      root = parent;
    }
    this.parents.set(identifierId, root);
    return root;
  }

  join(one: IdentifierId, other: IdentifierId): void {
    const [left, right] = [this.rootOf(one), this.rootOf(other)];
    if (left < right) this.parents.set(right, left);
    else this.parents.set(left, right);
  }
}
