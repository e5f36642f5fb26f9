import { createHash } from 'node:crypto';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
} from 'graphql';
import { faultOf, Unavailable } from '../../http/faults';
import { LatestState } from '../../live/latest-state';
import { SubscriptionInterrupted } from '../../live/live.errors';
import type { RequestContext } from '../context';
import { rootOf } from '../error-format';

/** What a subscription takes besides what any operation does. */
export interface SubscriptionArgs extends ExecutionArgs {
  /**
   * Who asks, as of now, with nothing loaded: each message is an operation of its own.
   * @returns null where nobody may know that any more; the connection is being closed
   */
  readonly renew: () => Promise<RequestContext | null>;
  /** Of each result, before it is sent. */
  readonly finish: (result: ExecutionResult) => ExecutionResult;
  /** Changes may have been missed: the client is to connect again. */
  readonly interrupted: () => void;
  /** No message follows. Called once, also where the first one failed. */
  readonly ended: () => void;
}

type Step = IteratorResult<ExecutionResult, undefined>;

/** Begins a subscription. @returns its results, or why there are none */
export async function beginSubscription(
  args: SubscriptionArgs,
): Promise<
  | { readonly results: AsyncIterableIterator<ExecutionResult> }
  | { readonly errors: readonly GraphQLError[] }
> {
  try {
    const stream = await createSourceEventStream(args);
    if (Symbol.asyncIterator in stream) return { results: new SubscriptionResults(stream, args) };
    args.ended();
    return { errors: stream.errors ?? [] };
  } catch (error) {
    args.ended();
    throw error;
  }
}

/**
 * What a client is sent. Not a generator, which could not be ended while it waits for a change. Of
 * a state a result that says what the one before said is left out: only what was asked for counts.
 */
class SubscriptionResults implements AsyncIterableIterator<ExecutionResult, undefined, undefined> {
  private readonly events: AsyncIterator<unknown>;
  private readonly isState: boolean;
  private sent = '';
  private hasEnded = false;

  constructor(
    stream: AsyncIterable<unknown>,
    private readonly args: SubscriptionArgs,
  ) {
    this.events = stream[Symbol.asyncIterator]();
    this.isState = stream instanceof LatestState;
  }

  async next(): Promise<Step> {
    try {
      while (!this.hasEnded) {
        const event = await this.events.next();
        if (event.done || this.hasEnded) break;
        const result = await this.resultOf(event.value);
        if (result === null) break;
        if (!this.isState || this.isNews(result)) return { value: result, done: false };
      }
    } catch (error) {
      await this.end();
      // A client that connects again subscribes again; one that was told of an error would not.
      const isInterrupted = error instanceof SubscriptionInterrupted;
      if (!isInterrupted && !(faultOf(error) instanceof Unavailable)) throw error;
      this.args.interrupted();
    }
    return this.end();
  }

  async return(): Promise<Step> {
    return this.end();
  }

  async throw(error: unknown): Promise<Step> {
    await this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async resultOf(event: unknown): Promise<ExecutionResult | null> {
    const contextValue = await this.args.renew();
    if (contextValue === null) return null;
    const result = await execute({ ...this.args, rootValue: event, contextValue });
    const refused = result.errors?.find(isRefusalOfAll);
    // Nobody waits for what they may not see: the error ends it.
    if (refused !== undefined) throw rootOf(refused);
    return this.args.finish(result);
  }

  private isNews(result: ExecutionResult): boolean {
    const digest = createHash('sha256').update(JSON.stringify(result)).digest('base64');
    if (digest === this.sent) return false;
    this.sent = digest;
    return true;
  }

  private async end(): Promise<Step> {
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.args.ended();
      await this.events.return?.();
    }
    return { value: undefined, done: true };
  }
}

/** Of the subscription itself, and not of a part of what it shows. */
function isRefusalOfAll(error: GraphQLError): boolean {
  const root = rootOf(error);
  const isOfRoot = error.path?.length === 1;
  return isOfRoot && root instanceof Error && 'code' in root && root.code === 'FORBIDDEN';
}
