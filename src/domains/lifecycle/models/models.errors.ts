import { Fault, InvalidInput } from '../../../shared/errors';

/** A lifecycle model that cannot decide every customer's stage; names all that is wrong with it. */
export class InvalidLifecycleModel extends Fault {
  constructor(model: string, faults: readonly string[]) {
    super('INVALID_LIFECYCLE_MODEL', `The lifecycle model ${model} is not usable.`, { faults });
    this.name = 'InvalidLifecycleModel';
  }
}

/** Nobody knows yet what will be. */
export class FutureInstant extends InvalidInput {
  constructor(argument: string) {
    super(`${argument} must not be in the future.`, { argument });
    this.name = 'FutureInstant';
  }
}

/** A lifecycle model that was in use once, and is not at the instant asked for. */
export class LifecycleModelNotInUse extends Fault {
  constructor(model: string, asOf: Date) {
    super(
      'LIFECYCLE_MODEL_NOT_IN_USE',
      `The lifecycle model ${model} is not in use at ${asOf.toISOString()}: it was retired.`,
      { asOf: asOf.toISOString() },
    );
    this.name = 'LifecycleModelNotInUse';
  }
}

/** A lifecycle model that is not in use. */
export class UnknownLifecycleModel extends Fault {
  constructor(model: string) {
    super('UNKNOWN_LIFECYCLE_MODEL', `No lifecycle model ${model.slice(0, 64)} is in use.`);
    this.name = 'UnknownLifecycleModel';
  }
}
