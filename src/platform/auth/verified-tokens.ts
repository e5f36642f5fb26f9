import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CustomerCaller } from './caller';

/** As many as there may be customers at a time whose requests are counted; some 20 MB. */
const TOKENS_MAX = 50_000;

/** A token whose signature and claims were found good. */
export interface VerifiedToken {
  readonly caller: CustomerCaller;
  /** In ms: the token is good from the one on and until the other, tolerance included. */
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
}

interface KnownToken extends VerifiedToken {
  readonly verifiedAtMs: number;
}

/**
 * Tokens verified lately: checking a signature takes longer than anything else that is done to
 * tell who asks. Only good ones are kept, by their digest; whether one is good by now is asked of
 * the clock at each use.
 */
export class VerifiedTokens {
  /** By digest. */
  private readonly known: LRUCache<string, KnownToken>;

  /**
   * @param ageMsMax from this age on a token is verified anew
   * @param tokensMax so many are kept, those verified last
   */
  constructor(
    private readonly ageMsMax: number,
    tokensMax = TOKENS_MAX,
  ) {
    this.known = new LRUCache({ max: tokensMax });
  }

  /** @returns null where the token has to be verified, also to tell what is wrong with it */
  find(token: string, now: Date): CustomerCaller | null {
    // Not as a use: what goes is what was verified first.
    const known = this.known.peek(digestOf(token));
    if (known === undefined) return null;
    const nowMs = now.getTime();
    const ageMs = nowMs - known.verifiedAtMs;
    // A clock set back makes ages negative: what is of the future could live on for ever.
    const isRecent = ageMs >= 0 && ageMs < this.ageMsMax;
    const isGood = nowMs >= known.notBeforeMs && nowMs < known.expiresAtMs;
    return isRecent && isGood ? known.caller : null;
  }

  remember(token: string, verified: VerifiedToken, now: Date): void {
    const { caller, notBeforeMs, expiresAtMs } = verified;
    const known = { caller, notBeforeMs, expiresAtMs, verifiedAtMs: now.getTime() };
    this.known.set(digestOf(token), known);
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
