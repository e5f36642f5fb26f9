import { Fault } from '../../shared/errors';

/** What was sent makes no request, now or ever. */
export class UnreadableBody extends Fault {
  constructor(message: string) {
    super('BAD_REQUEST', message);
    this.name = 'UnreadableBody';
  }
}

/** What was sent is larger than is taken at once. */
export class BodyTooLarge extends Fault {
  constructor(message: string, details: Readonly<Record<string, unknown>>) {
    super('BODY_TOO_LARGE', message, details);
    this.name = 'BodyTooLarge';
  }
}
