import type { ExecutionResult } from 'graphql';
import type { Caller } from '../auth/caller';
import { RequestContext } from './context';
import type { AnswerType } from './media-types';
import type { OperationRun } from './operation-run';
import type { ResolverInstances } from './resolver-instances';

/** The context of an operation that came over HTTP. */
export class OperationContext extends RequestContext {
  /** Those that serve this operation and no other. */
  readonly resolvers: ResolverInstances;
  /** What came of it; null until it is executed. */
  execution: Promise<ExecutionResult> | null = null;

  constructor(
    requestId: string,
    caller: Caller,
    readonly run: OperationRun,
    readonly answerType: AnswerType,
  ) {
    super(requestId, caller, run.gather, (batch) => run.through(batch));
    this.resolvers = run.resolvers;
  }
}
