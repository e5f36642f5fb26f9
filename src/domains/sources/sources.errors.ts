import { Fault } from '../../shared/errors';

/** A source sent more than it may in a minute; `extensions.retryAfterSeconds` says when it fits. */
export class SourceRateLimited extends Fault {
  constructor(retryAfterSeconds: number) {
    super('RATE_LIMITED', 'The source is over its rate. Send the same events again later.', {
      retryAfterSeconds,
    });
    this.name = 'SourceRateLimited';
  }
}

/** Why no source was made. Decided before anything is written. */
export interface SourceNameTaken {
  readonly kind: 'SOURCE_NAME_TAKEN';
  readonly name: string;
}

/** Why no write key was added. Decided before anything is written. */
export interface WriteKeyLimitReached {
  readonly kind: 'WRITE_KEY_LIMIT_REACHED';
  readonly writeKeysMax: number;
}
