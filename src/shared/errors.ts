/**
 * A request that cannot be served as asked. Faults are thrown and reach the caller as an error
 * with a stable `extensions.code`; outcomes a caller should expect and handle are members of a
 * result union instead.
 */
export class Fault extends Error {
  /**
   * @param code stable, SCREAMING_SNAKE_CASE, part of the API for ever
   * @param message one sentence for a person; never holds personal data or internals
   * @param details machine-readable extras shown under `extensions`
   */
  constructor(
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'Fault';
  }
}

/** The input is not of the form this field takes. */
export class InvalidInput extends Fault {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super('INVALID_INPUT', message, details);
    this.name = 'InvalidInput';
  }
}

/** The named thing does not exist, or not for this caller. */
export class NotFound extends Fault {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super('NOT_FOUND', message, details);
    this.name = 'NotFound';
  }
}
