import { Fault } from '../../shared/errors';
import type { Scope } from './scopes';

/** Nobody can tell who is asking. */
export class Unauthenticated extends Fault {
  constructor(message: string) {
    super('UNAUTHENTICATED', message);
    this.name = 'Unauthenticated';
  }
}

/** Whoever is asking may not do this. */
export class Forbidden extends Fault {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super('FORBIDDEN', message, details);
    this.name = 'Forbidden';
  }
}

/** A key without a scope it needs; `extensions.scope` names it. */
export class MissingScope extends Forbidden {
  constructor(scope: Scope) {
    super(`This needs the scope ${scope}, which the key does not have.`, { scope });
    this.name = 'MissingScope';
  }
}

/** An active key of that name exists: records name keys, so names must tell them apart. */
export class ApiKeyNameTaken extends Fault {
  constructor(name: string) {
    super('API_KEY_NAME_TAKEN', 'An active key of this name exists. Revoke it or choose another.', {
      name,
    });
    this.name = 'ApiKeyNameTaken';
  }
}
