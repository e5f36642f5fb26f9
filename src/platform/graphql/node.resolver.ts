import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { InvalidInput } from '../../shared/errors';
import { refuseField } from '../auth/field-access';
import type { RequestContext } from './context';
import { Node, type NodeKind } from './node';

/** Ids that one request may name: as many as a page has nodes. */
const IDS_MAX = 100;

@Resolver()
export class NodeResolver {
  constructor(private readonly kinds: readonly NodeKind[]) {}

  @Query(() => Node, {
    nullable: true,
    description:
      'Whatever has this id, for whoever may ask for it by a field of its own; null for none, and ' +
      "for what is not the customer's own. Events, transactions and others that are found by way of " +
      'their profile only are no nodes.',
  })
  async node(
    @Arg('id', () => ID, { description: 'As `id` of the thing gave it.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Node | null> {
    return this.load(id, context);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description:
      'The same for several, in the order asked for. A bad id spoils its own place only.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: `At most ${IDS_MAX}.` }) ids: string[],
    @Ctx() context: RequestContext,
  ): Promise<Node | null>[] {
    if (ids.length > IDS_MAX) {
      throw new InvalidInput(`At most ${IDS_MAX} ids are taken at once.`, {
        argument: 'ids',
        max: IDS_MAX,
      });
    }
    return ids.map((id) => this.load(id, context));
  }

  private async load(id: string, context: RequestContext): Promise<Node | null> {
    const kind = this.kinds.find(({ prefix }) => id.startsWith(`${prefix}_`));
    if (kind === undefined) {
      const prefixes = this.kinds.map(({ prefix }) => `${prefix}_`);
      throw new InvalidInput(`Not the id of a node: those begin with ${prefixes.join(', ')}.`, {
        argument: 'id',
        prefixes,
      });
    }
    const { caller } = context;
    if (caller.kind === 'CUSTOMER' && kind.loadOwn) return kind.loadOwn(id, context);
    const refusal = refuseField('node', kind.rule, caller);
    if (refusal !== null) throw refusal;
    return kind.load(id, context);
  }
}
