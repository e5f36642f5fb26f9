import { Field, InputType } from 'type-graphql';
import { connectionType } from '../../platform/graphql/connection';
import { Profile } from '../identity';
import { ValueTier } from '../value';

@InputType({ description: 'Which profiles to list; every condition given must hold.' })
export class ProfileFilter {
  @Field(() => String, {
    nullable: true,
    description: 'In this stage of the default lifecycle model, e.g. `CHURN`.',
  })
  stage?: string | null;

  @Field(() => ValueTier, { nullable: true, description: 'In this value tier.' })
  tier?: ValueTier | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the customer shows signs of leaving.',
  })
  atRisk?: boolean | null;
}

export const ProfileConnection = connectionType('Profile', () => Profile);
