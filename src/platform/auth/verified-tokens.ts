import { hash } from 'node:crypto';
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
  /** By digest; the oldest entry first. */
  private readonly known = new Map<string, KnownToken>();

  /**
   * @param ageMsMax from this age on a token is verified anew
   * @param tokensMax so many are kept, those verified last
   */
  constructor(
    private readonly ageMsMax: number,
    private readonly tokensMax = TOKENS_MAX,
  ) {}

  /** @returns null where the token has to be verified, also to tell what is wrong with it */
  find(token: string, now: Date): CustomerCaller | null {
    const known = this.known.get(digestOf(token));
    if (known === undefined) return null;
    const nowMs = now.getTime();
    const ageMs = nowMs - known.verifiedAtMs;
    // A clock set back makes ages negative: what is of the future could live on for ever.
    const isRecent = ageMs >= 0 && ageMs < this.ageMsMax;
    const isGood = nowMs >= known.notBeforeMs && nowMs < known.expiresAtMs;
    return isRecent && isGood ? known.caller : null;
  }

  remember(token: string, verified: VerifiedToken, now: Date): void {
    const place = digestOf(token);
    // As the latest: the order is that of their age.
    this.known.delete(place);
    const { caller, notBeforeMs, expiresAtMs } = verified;
    this.known.set(place, { caller, notBeforeMs, expiresAtMs, verifiedAtMs: now.getTime() });
    const [oldest] = this.known.keys();
    if (this.known.size > this.tokensMax && oldest !== undefined) this.known.delete(oldest);
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
