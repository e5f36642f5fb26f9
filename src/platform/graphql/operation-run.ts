import type { ServerResponse } from 'node:http';
import { Fault } from '../../shared/errors';
import { ForeseenRun } from '../database/foreseen-run';
import type { Foresight } from '../database/foresight';
import { Operation } from '../database/operation';
import type { Gather } from './context';
import type { OperationKits } from './operation-kits';
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
  private readonly kit: ReturnType<OperationKits['take']>;
  private timer: NodeJS.Timeout | undefined;

  /** @param answer closed early where the caller hangs up */
  constructor(
    private readonly kits: OperationKits,
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
    this.timer = setTimeout(() => {
      this.operation.giveUp(new OperationTimedOut(timeoutMs));
    }, timeoutMs);
    if (this.answer.closed) this.operation.giveUp(new CallerGone());
    else this.answer.once('close', this.giveUpUnlessAnswered);
  }

  /** What the same query read before; of no use to anything but queries. */
  foresee(foresight: Foresight): void {
    if (this.timer === undefined) return;
    this.kit.follow(new ForeseenRun(foresight, this.kit.clock.now()));
  }

  end(): void {
    clearTimeout(this.timer);
    this.answer.off('close', this.giveUpUnlessAnswered);
    this.kit.follow(null);
    // What is still under way would be taken for that of whoever has the kit next.
    if (this.operation.isIdle) this.kits.giveBack(this.kit);
    // An answer is made without what a fault elsewhere took away, and that may go on.
    else if (this.timer !== undefined) this.operation.giveUp(new AnsweredWithout());
  }

  private readonly giveUpUnlessAnswered = (): void => {
    if (!this.answer.writableFinished) this.operation.giveUp(new CallerGone());
  };
}
