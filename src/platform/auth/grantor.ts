import { MissingScope } from './auth.errors';
import { actorOf, type Caller } from './caller';
import type { Scope } from './scopes';

/** Who lets somebody do something. Nobody can give away what they do not hold. */
export interface Grantor {
  /** For the record, e.g. `key:crm-sync` or `cli`. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
}

export function grantorOf(caller: Caller): Grantor {
  return {
    actor: actorOf(caller),
    scopes: caller.kind === 'CUSTOMER' ? new Set() : caller.scopes,
  };
}

/** @throws MissingScope when the grantor lacks one of the scopes */
export function requireHeld(grantor: Grantor, scopes: Iterable<Scope>): void {
  for (const scope of scopes) if (!grantor.scopes.has(scope)) throw new MissingScope(scope);
}
