import type { ApiKeyService } from './api-key.service';
import { Unauthenticated } from './auth.errors';
import type { Caller, SourceCaller } from './caller';
import type { JwtVerifier } from './jwt';

/** RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1). */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** Starts every write key of a source, and no API key. */
const WRITE_KEY_PREFIX = 'pw_';

/** Whoever knows the write keys of sources. */
export interface WriteKeys {
  /** @returns null when it is no valid write key's */
  authenticate(writeKey: string): Promise<SourceCaller | null>;
}

/** Tells who sent a request. */
export class Authenticator {
  /** @param jwt null where customers' tokens are not taken */
  constructor(
    private readonly apiKeys: ApiKeyService,
    private readonly writeKeys: WriteKeys,
    private readonly jwt: JwtVerifier | null,
  ) {}

  /**
   * @param authorization the request's `Authorization` header: `Bearer <API key, write key or JWT>`
   * @throws Unauthenticated when it is missing, of another scheme, or not valid (any more)
   * @throws Unavailable when the issuer of the token cannot be asked
   */
  async authenticate(authorization: string | undefined): Promise<Caller> {
    if (authorization === undefined) {
      throw new Unauthenticated('Send an API key or a token: `Authorization: Bearer <key>`.');
    }
    const secret = BEARER.exec(authorization)?.[1];
    if (secret === undefined) {
      throw new Unauthenticated('The Authorization header must read `Bearer <key>`.');
    }
    // A JWT has two dots; a key has none.
    if (secret.includes('.')) return this.authenticateCustomer(secret);
    const keys = secret.startsWith(WRITE_KEY_PREFIX) ? this.writeKeys : this.apiKeys;
    const caller = await keys.authenticate(secret);
    if (caller === null) throw new Unauthenticated('The key is unknown or was revoked.');
    return caller;
  }

  private async authenticateCustomer(token: string): Promise<Caller> {
    if (this.jwt === null) throw new Unauthenticated('Tokens of customers are not taken here.');
    return this.jwt.verify(token);
  }
}
