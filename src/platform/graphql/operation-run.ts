import type { ServerResponse } from 'node:http';
import { Fault } from '../../shared/errors';
import type { Foresight } from '../database/foresight';
import { Operation } from '../database/operation';
import type { BatchLoad, Gather } from './context';
import type { OperationKit, OperationKits } from './operation-kits';
import type { GroupMember } from './read-group';
import type { ReadGroups } from './read-groups';
import type { ResolverInstances } from './resolver-instances';

/** The operation took longer than all of it may. */
export class OperationTimedOut extends Fault {
  constructor(limitMs: number) {
    super(
      'TIMEOUT',
      `The query took longer than ${limitMs / 1000} s and was cancelled. Ask for less at a time.`,
      { limitMs },
    );
    this.name = 'OperationTimedOut';
  }
}

/** Whoever asked has hung up. */
class CallerGone extends Fault {
  constructor() {
    super('CANCELLED', 'The caller hung up, and the query was cancelled.');
    this.name = 'CallerGone';
  }
}

/** The answer was made, and this is not in it. */
class AnsweredWithout extends Fault {
  constructor() {
    super('CANCELLED', 'The answer was made without it.');
    this.name = 'AnsweredWithout';
  }
}

/** One request's operation, from when its caller is known until its answer is made. */
export class OperationRun {
  readonly resolvers: ResolverInstances;
  readonly gather: Gather;
  private readonly operation = new Operation();
  private readonly kit: OperationKit;
  private timer: NodeJS.Timeout | undefined;
  private foresight: Foresight | null = null;
  private member: GroupMember | null = null;

  /** @param answer closed early where the caller hangs up */
  constructor(
    private readonly kits: OperationKits,
    private readonly groups: ReadGroups,
    private readonly answer: ServerResponse,
  ) {
    this.kit = kits.take(this.operation);
    this.resolvers = this.kit.resolvers;
    this.gather = this.kit.gather;
  }

  /** Why the operation was given up; null where it was not. */
  get givenUpFor(): Error | null {
    return this.operation.givenUpFor;
  }

  /**
   * From now on the operation is given up when its time is over, or when its caller hangs up. For
   * queries: what a mutation has begun is done, whoever waits for it. And a query is told one instant,
   * however often it asks for the time.
   */
  watch(timeoutMs: number): void {
    this.kit.clock.hold();
    this.timer = setTimeout(() => this.giveUp(new OperationTimedOut(timeoutMs)), timeoutMs);
    if (this.answer.closed) this.giveUp(new CallerGone());
    else this.answer.once('close', this.giveUpUnlessAnswered);
  }

  /** What the same query read before; of no use to anything but queries. */
  foresee(foresight: Foresight): void {
    if (this.timer !== undefined) this.foresight = foresight;
  }

  /** Has a query load together with others of its document. */
  through<Key, Value>(batch: BatchLoad<Key, Value>): BatchLoad<Key, Value> {
    const place = this.kit.places.get(batch);
    const member = place === undefined ? null : this.findMember();
    if (place === undefined || member === null) return batch;
    return (keys) => member.load(place, keys) as Promise<readonly Value[]>;
  }

  private findMember(): GroupMember | null {
    const { foresight, kit, givenUpFor } = this;
    if (this.member !== null || foresight === null || givenUpFor !== null) return this.member;
    // Whoever was told an instant already cannot be told that of a group.
    if (!kit.clock.isAsked) this.member = this.groups.join(foresight, kit.clock);
    return this.member;
  }

  end(): void {
    clearTimeout(this.timer);
    this.answer.off('close', this.giveUpUnlessAnswered);
    // What is still under way would be taken for that of whoever has the kit next.
    const isIdle = this.operation.isIdle && this.member?.isIdle !== false;
    if (isIdle) this.kits.giveBack(this.kit);
    // An answer is made without what a fault elsewhere took away, and that may go on.
    else if (this.timer !== undefined) this.operation.giveUp(new AnsweredWithout());
    this.member?.leave(new AnsweredWithout());
    this.foresight = null;
  }

  private readonly giveUpUnlessAnswered = (): void => {
    if (!this.answer.writableFinished) this.giveUp(new CallerGone());
  };

  private giveUp(reason: Error): void {
    this.operation.giveUp(reason);
    this.member?.leave(reason);
  }
}
