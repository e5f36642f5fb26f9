import { type Algorithm, createVerifier } from 'fast-jwt';
import type { JWTPayload } from 'jose';

/** What a token has to say to be good. */
export interface TokenRules {
  readonly algorithms: readonly Algorithm[];
  /** Must be the token's `iss`, where given. */
  readonly issuer: string | null;
  /** Must be among the token's `aud`, where given. */
  readonly audience: string | null;
  readonly requiredClaims: readonly string[];
  readonly clockToleranceSeconds: number;
}

/**
 * Reads the claims of tokens that are signed with a shared secret, at once: WebCrypto, by which all
 * others are verified, answers from another thread, and takes ten times as long.
 * @returns null for a token that is not good at the time, or where nobody can tell: another has to
 */
export function secretTokens(secret: string, rules: TokenRules) {
  const { algorithms, issuer, audience, requiredClaims, clockToleranceSeconds } = rules;
  const options = {
    key: Buffer.from(secret),
    algorithms: [...algorithms],
    // Of those that are not there the library does not say that they are not the ones expected.
    requiredClaims: [
      ...requiredClaims,
      ...(issuer === null ? [] : ['iss']),
      ...(audience === null ? [] : ['aud']),
    ],
    // The library takes a token at the very millisecond at which it has expired.
    clockTolerance: clockToleranceSeconds * 1000 - 1,
    ...(issuer !== null && { allowedIss: issuer }),
    ...(audience !== null && { allowedAud: audience }),
  };
  let verifier: { readonly secondMs: number; readonly read: (token: string) => JWTPayload } | null =
    null;
  return (token: string, now: Date): JWTPayload | null => {
    const secondMs = Math.floor(now.getTime() / 1000) * 1000;
    try {
      // A verifier is of one instant, and takes as long to make as a token to be verified.
      if (verifier?.secondMs !== secondMs) {
        verifier = { secondMs, read: createVerifier({ ...options, clockTimestamp: secondMs }) };
      }
      return verifier.read(token);
    } catch {
      // Of numbers that are no date the library does not say so in its own errors.
      return null;
    }
  };
}
