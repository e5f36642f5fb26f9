import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import type { ProfileId } from '../../shared/ids';
import { Profile, ProfileNotFound } from '../identity';

export const ReferralStatus = describedEnum({
  name: 'ReferralStatus',
  description: 'How far a referral has come.',
  values: {
    CLAIMED: 'The code was claimed; no order yet.',
    CONVERTED: 'The first order came, and both sides were rewarded.',
    VOID:
      'It turned out that nobody new was brought: both are one person, or brought each other, ' +
      'or the customer had ordered before, or was brought by another. Counts for nothing.',
  },
});

export type ReferralStatus = keyof typeof ReferralStatus;

@ObjectType({ description: 'One customer brought by another.' })
export class Referral {
  @Field(() => ID, {
    description:
      'Opaque and permanent. To customers a pseudonym of whom they brought, the same to nobody else.',
  })
  id!: string;

  @Field({ description: 'The code that was claimed.' })
  code!: string;

  @Field(() => ReferralStatus, { description: 'How far it has come.' })
  status!: ReferralStatus;

  @Field({ description: 'When the code was claimed.' })
  claimedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When the customer who was brought placed their first order; null before that.',
  })
  convertedAt!: Date | null;
}

export const ReferralConnection = connectionType('Referral', () => Referral);

@ObjectType({ description: 'Whom a customer brought, and by whom they were brought.' })
export class ReferralSummary {
  constructor(readonly profileId: ProfileId) {}
}

@ObjectType({ description: 'A code to pass on. Whoever claims it was brought by its owner.' })
export class ReferralCode {
  @Field({ description: 'Letters and digits. Small and capital letters are the same.' })
  code!: string;

  @Field({ description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => Profile, { nullable: true, description: 'Whose code it is.' })
  profile!: Profile;
}

@InputType({ description: 'Who is to get a code.' })
export class CreateReferralCodeInput {
  @Field(() => ID, { description: 'Whose code it will be: `Profile.id`.' })
  profileId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'A code of your own choice: 4 to 24 letters A–Z and digits. The customer goes by it from ' +
      'then on; codes they had before can still be claimed. Where left out, the customer keeps ' +
      'the code they have, or gets a new one of 8 characters.',
  })
  code?: string | null;
}

@InputType({ description: 'Who claims which code.' })
export class ClaimReferralInput {
  @Field({ description: 'As the customer typed it: capitals, spaces and hyphens do not matter.' })
  code!: string;

  @Field(() => ID, { description: 'The customer who was brought: `Profile.id`.' })
  profileId!: string;
}

@ObjectType({ description: 'Another customer has this code; nothing was changed.' })
export class CodeTaken {
  @Field({ description: 'One sentence for a person.' })
  message!: string;

  @Field({ description: 'The code.' })
  code!: string;
}

@ObjectType({ description: 'No code can look like this; nothing was changed.' })
export class InvalidCode {
  @Field({ description: 'One sentence for a person.' })
  message!: string;
}

@ObjectType({ description: 'Nobody has this code.' })
export class ReferralCodeNotFound {
  @Field({ description: 'One sentence for a person.' })
  message!: string;
}

@ObjectType({ description: 'The code is of the very customer who claims it.' })
export class SelfReferral {
  @Field({ description: 'One sentence for a person.' })
  message!: string;
}

@ObjectType({
  description: 'The customer claimed a code before, and nobody is brought twice.',
})
export class AlreadyReferred {
  @Field({ description: 'One sentence for a person.' })
  message!: string;

  @Field(() => Referral, {
    description:
      'The claim that stands, or was rewarded before a merge voided it. After a retry, the one ' +
      'that got through.',
  })
  referral!: Referral;
}

@ObjectType({ description: 'The customer has ordered before.' })
export class NotANewCustomer {
  @Field({ description: 'One sentence for a person.' })
  message!: string;
}

@ObjectType({
  description: 'The customer brought the owner of the code, directly or through others.',
})
export class ReferralCycle {
  @Field({ description: 'One sentence for a person.' })
  message!: string;
}

export const CreateReferralCodeResult = createUnionType({
  name: 'CreateReferralCodeResult',
  description: 'What became of a request for a code.',
  types: () => [ReferralCode, CodeTaken, InvalidCode, ProfileNotFound] as const,
});

export const ClaimReferralResult = createUnionType({
  name: 'ClaimReferralResult',
  description: 'What became of a claim. Only a referral changes anything.',
  types: () =>
    [
      Referral,
      ReferralCodeNotFound,
      SelfReferral,
      AlreadyReferred,
      NotANewCustomer,
      ReferralCycle,
      ProfileNotFound,
    ] as const,
});
