import { Fault } from '../../shared/errors';

/** Changes may have been missed: whoever subscribes again is told how things stand first. */
export class SubscriptionInterrupted extends Fault {
  constructor() {
    super(
      'SUBSCRIPTION_INTERRUPTED',
      'Changes may have been missed. Subscribe again, and read anew what you keep.',
    );
    this.name = 'SubscriptionInterrupted';
  }
}

/** Changes came faster than the subscriber took them. */
export class SubscriptionOverflowed extends Fault {
  constructor(limit: number) {
    super(
      'SUBSCRIPTION_OVERFLOWED',
      `More than ${limit} changes waited to be taken. Subscribe again, to less or from more connections.`,
      { limit },
    );
    this.name = 'SubscriptionOverflowed';
  }
}
