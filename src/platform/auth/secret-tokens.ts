import { isUtf8 } from 'node:buffer';
import { type Algorithm, createVerifier, type DecodedJwt } from 'fast-jwt';
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
    // With the header, of which it is not as strict as it should be.
    complete: true,
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
  let verifier: { readonly secondMs: number; readonly read: (token: string) => DecodedJwt } | null =
    null;
  return (token: string, now: Date): JWTPayload | null => {
    const secondMs = Math.floor(now.getTime() / 1000) * 1000;
    try {
      // A verifier is of one instant, and takes as long to make as a token to be verified.
      if (verifier?.secondMs !== secondMs) {
        verifier = { secondMs, read: createVerifier({ ...options, clockTimestamp: secondMs }) };
      }
      const read = verifier.read(token);
      return isStrict(read) ? read.payload : null;
    } catch {
      // Of numbers that are no date the library does not say so in its own errors.
      return null;
    }
  };
}

/** What the library takes for granted: RFC 7515, sections 4.1.11 and 5.2; RFC 7519, section 4.1.6. */
function isStrict({ header, payload, input }: DecodedJwt): boolean {
  const isNumberOrNone = payload.iat === undefined || typeof payload.iat === 'number';
  const bytes = Buffer.from(input.slice(input.indexOf('.') + 1), 'base64url');
  return isNumberOrNone && header['crit'] === undefined && isUtf8(bytes);
}
