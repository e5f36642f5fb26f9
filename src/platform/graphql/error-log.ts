import type { GraphQLError } from 'graphql';
import { Fault } from '../../shared/errors';
import { faultOf } from '../http/faults';
import type { Logger } from '../telemetry/logger';
import { isUnforeseen, rootOf } from './error-format';

/** Refusals are the callers' affair and not logged; what broke, is away or too slow is ours. */
export function logError(logger: Logger, requestId: string, error: GraphQLError): void {
  const err = rootOf(error);
  if (err instanceof Fault) return;
  const path = error.path?.filter((step) => typeof step === 'string').join('.');
  if (isUnforeseen(error)) logger.error({ requestId, path, err }, 'resolver failed');
  else if (faultOf(err) !== null) logger.warn({ requestId, path, err }, 'database away or slow');
}
