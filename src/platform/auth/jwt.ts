import { webcrypto } from 'node:crypto';
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Clock } from '../../shared/clock';
import { Unavailable } from '../http/faults';
import { Unauthenticated } from './auth.errors';
import type { CustomerCaller } from './caller';
import { secretTokens } from './secret-tokens';
import { VerifiedTokens } from './verified-tokens';

export interface JwtSettings {
  /** What the tokens are verified with. */
  readonly keys:
    | { readonly kind: 'SECRET'; readonly secret: string }
    | { readonly kind: 'JWKS'; readonly url: string };
  /** Must be the token's `iss`, where given. */
  readonly issuer: string | null;
  /** Must be among the token's `aud`, where given. */
  readonly audience: string | null;
  /** The namespace of the identifier that `sub` is a value of. */
  readonly namespace: string;
}

/** RFC 7518, section 3.2: a key of the same size as the hash output (256 bits) or larger. */
export const JWT_SECRET_BYTES_MIN = 32;

const CLOCK_TOLERANCE_SECONDS = 30;

const REQUIRED_CLAIMS = ['exp', 'sub'];

/** A shared secret signs with HS256 only: otherwise a public key could be passed off as one. */
const SECRET_ALGORITHMS = ['HS256'] as const;

const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const JWKS_TIMEOUT_MS = 5_000;

/** For this long a token may be taken whose key was withdrawn. */
const PUBLIC_KEY_TRUSTED_MS = 3_000;

/** Verifies the tokens an app sends for its customers (RFC 7519; key sets: RFC 7517). */
export class JwtVerifier {
  private readonly keyFor: JWTVerifyGetKey;
  private readonly options: JWTVerifyOptions;
  private readonly verified: VerifiedTokens;
  private readonly readQuickly: ReturnType<typeof secretTokens> | null;

  /** @throws Error when the secret is too short or the URL is none */
  constructor(
    private readonly settings: JwtSettings,
    private readonly clock: Clock,
  ) {
    const { keys, issuer, audience } = settings;
    this.keyFor = keys.kind === 'SECRET' ? secretKey(keys.secret) : remoteKeys(keys.url);
    // A secret is one for as long as the process lives; the issuer may withdraw a key at any time.
    this.verified = new VerifiedTokens(
      keys.kind === 'SECRET' ? Number.POSITIVE_INFINITY : PUBLIC_KEY_TRUSTED_MS,
    );
    this.options = {
      algorithms: keys.kind === 'SECRET' ? [...SECRET_ALGORITHMS] : PUBLIC_KEY_ALGORITHMS,
      ...(issuer !== null && { issuer }),
      ...(audience !== null && { audience }),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: REQUIRED_CLAIMS,
    };
    this.readQuickly =
      keys.kind === 'SECRET'
        ? secretTokens(keys.secret, {
            algorithms: SECRET_ALGORITHMS,
            issuer,
            audience,
            requiredClaims: REQUIRED_CLAIMS,
            clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
          })
        : null;
  }

  /**
   * The customer a token speaks for.
   * @throws Unauthenticated when the token is not one of the issuer's, or not valid now
   * @throws Unavailable when the issuer's keys cannot be fetched
   */
  async verify(token: string): Promise<CustomerCaller> {
    const now = this.clock.now();
    const known = this.verified.find(token, now);
    if (known !== null) return known;
    const payload = this.readQuickly?.(token, now) ?? (await this.read(token, now));
    // The library checks that the claim is there, and not that it is a text.
    const subject: unknown = payload.sub;
    if (typeof subject !== 'string' || subject.trim() === '') {
      throw new Unauthenticated('The token does not say whom it is about (sub).');
    }
    const caller: CustomerCaller = {
      kind: 'CUSTOMER',
      identifier: { namespace: this.settings.namespace, value: subject },
    };
    this.verified.remember(token, { caller, ...validityOf(payload) }, now);
    return caller;
  }

  /** Reads a token by its key, wherever that comes from, or tells what is wrong with it. */
  private async read(token: string, now: Date): Promise<JWTPayload> {
    try {
      const options = { ...this.options, currentDate: now };
      return (await jwtVerify(token, this.keyFor, options)).payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** As the library reckons it, which goes by whole seconds. */
function validityOf({ exp = 0, nbf = 0 }: JWTPayload) {
  return {
    notBeforeMs: (nbf - CLOCK_TOLERANCE_SECONDS) * 1000,
    expiresAtMs: (exp + CLOCK_TOLERANCE_SECONDS) * 1000,
  };
}

function secretKey(secret: string): JWTVerifyGetKey {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < JWT_SECRET_BYTES_MIN) {
    throw new Error(`The JWT secret must have at least ${JWT_SECRET_BYTES_MIN} bytes.`);
  }
  // Once: the library would import bytes anew for every token.
  const key = webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);
  return () => key;
}

function remoteKeys(url: string): JWTVerifyGetKey {
  const keySet = createRemoteJWKSet(new URL(url), { timeoutDuration: JWKS_TIMEOUT_MS });
  return async (header, token) => {
    try {
      return await keySet(header, token);
    } catch (error) {
      // No such key: the token is foreign. Anything else: the issuer does not answer as it should.
      const isForeign =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (isForeign) throw error;
      throw new Unavailable('The keys of the token issuer cannot be fetched. Try again shortly.');
    }
  };
}

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new Unauthenticated('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new Unauthenticated(
      `The token's ${error.claim} claim is missing or not the one expected.`,
    );
  }
  // Whatever else a token can be made to fail with is the token's fault; the rest is ours.
  const isTokenFault = error instanceof errors.JOSEError || error instanceof TypeError;
  return isTokenFault ? new Unauthenticated('The token is not valid.') : error;
}
