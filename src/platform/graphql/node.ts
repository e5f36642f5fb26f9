import { Field, ID, InterfaceType } from 'type-graphql';
import type { FieldRule } from '../auth/field-rule';
import type { RequestContext } from './context';

@InterfaceType('Node', {
  description: 'Whatever can be asked for by its id alone: see `node`.',
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and permanent.' })
  readonly id!: string;
}

/** A type whose things are found by their public id, and who may. */
export interface NodeKind {
  /** What its ids begin with, before the `_`. */
  readonly prefix: string;
  /** That of the field which usually leads there. */
  readonly rule: FieldRule;
  /**
   * An instance of the type; null where there is none.
   * @throws InvalidInput for what is no id of the kind
   */
  readonly load: (id: string, context: RequestContext) => Promise<Node | null>;
  /** For a customer's own token: null where it is not theirs as where there is none. */
  readonly loadOwn?: (id: string, context: RequestContext) => Promise<Node | null>;
}
