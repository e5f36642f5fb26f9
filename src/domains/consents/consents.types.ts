import { Field, ObjectType } from 'type-graphql';
import { describedEnum } from '../../platform/graphql/described-enum';
import type { ProfileConsent } from './consents.store';

export const ConsentStatus = describedEnum({
  name: 'ConsentStatus',
  description: 'Whether a customer agrees to a purpose.',
  values: {
    GRANTED: 'Every identifier of theirs that decided on it agrees.',
    DENIED: 'At least one identifier of theirs refuses.',
  },
});

export type ConsentStatus = keyof typeof ConsentStatus;

@ObjectType({ description: 'What a customer said of one purpose that their data may be used for.' })
export class Consent {
  @Field(() => String, { description: 'As the company names it, e.g. `Advertising`.' })
  purpose!: string;

  @Field(() => ConsentStatus, {
    description:
      'The most restrictive of what their identifiers say last. A decision speaks for all ' +
      'identifiers the customer has when it is taken in.',
  })
  status!: ConsentStatus;

  @Field({
    description:
      'When the decision was made that settles it: the latest refusal that stands, else the ' +
      'latest grant.',
  })
  decidedAt!: Date;
}

export function toConsent({ purpose, isGranted, decidedAt }: ProfileConsent): Consent {
  const status = isGranted ? ConsentStatus.GRANTED : ConsentStatus.DENIED;
  return Object.assign(new Consent(), { purpose, status, decidedAt });
}
