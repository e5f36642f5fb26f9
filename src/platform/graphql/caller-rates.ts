import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../shared/errors';
import type { Caller } from '../auth/caller';

/** How many requests each caller may send in a minute; 0 for no limit. */
export interface CallerRates {
  /** With an API key or a write key, each key by itself. */
  readonly keyMax: number;
  /** With tokens, each customer by themselves, whichever token they send. */
  readonly customerMax: number;
}

const WINDOW_SECONDS = 60;

/** Callers counted at a time. With more of them in a minute those seen least lately start anew. */
const CALLERS_COUNTED_MAX = 50_000;

/** Counts a request. @throws Fault where the caller has sent too many */
export type CountRequest = (
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<void>;

/**
 * Counts by who the caller is, and never by what they hold: two tokens of a customer share a limit,
 * and no secret is kept. Whoever is nobody is counted by address alone, at the door.
 * @param app where the package for rate limits is registered
 */
export function callerRates(app: FastifyInstance, rates: CallerRates): CountRequest {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const callerOf = (request: FastifyRequest): Caller => callers.get(request) as Caller;
  const options = {
    max: (request: FastifyRequest) => maxOf(callerOf(request), rates),
    timeWindow: WINDOW_SECONDS * 1_000,
    keyGenerator: (request: FastifyRequest) => keyOf(callerOf(request)),
    // Of all limits, though the types have it for those of routes only.
    cache: CALLERS_COUNTED_MAX,
  };
  const count = app.createRateLimit(options);
  return async (caller, request, reply) => {
    if (maxOf(caller, rates) === 0) return;
    callers.set(request, caller);
    const state = await count(request);
    if (state.isAllowed) return;
    const { max, remaining, ttlInSeconds, isExceeded } = state;
    // The names of the IETF's draft; those of the limit by address begin with `x-`.
    void reply
      .header('ratelimit-limit', max)
      .header('ratelimit-remaining', remaining)
      .header('ratelimit-reset', ttlInSeconds)
      .header('ratelimit-policy', `${max};w=${WINDOW_SECONDS}`);
    if (!isExceeded) return;
    const whose = caller.kind === 'CUSTOMER' ? 'customer' : 'key';
    throw new Fault('RATE_LIMITED', `More than ${max} requests a minute by this ${whose}.`, {
      limit: max,
      windowSeconds: WINDOW_SECONDS,
      per: whose.toUpperCase(),
      retryAfterSeconds: Math.max(1, ttlInSeconds),
    });
  };
}

function maxOf(caller: Caller, { keyMax, customerMax }: CallerRates): number {
  return caller.kind === 'CUSTOMER' ? customerMax : keyMax;
}

function keyOf(caller: Caller): string {
  if (caller.kind !== 'CUSTOMER') return `${caller.kind} ${caller.name}`;
  const { namespace, value } = caller.identifier;
  return `CUSTOMER ${namespace} ${value}`;
}
