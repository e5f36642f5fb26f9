import { ArrayMaxSize, ArrayNotEmpty, Length, Matches } from 'class-validator';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Int64 } from '../../platform/graphql/int64.scalar';
import { Consent } from '../consents';
import { IdentifierName, Profile, ProfileNotFound } from '../identity';
import { ValueTier } from '../value';
import { MergeRefusalReason, UnmergeRefusalReason } from './merges.refusals';

const REASON_LENGTH_MAX = 500;
const LINKS_MAX = 100;

/** What every decision of an operator says beside what it is about. */
@InputType()
abstract class DecisionInput {
  @Field(() => String, {
    description: `Why, for whoever looks into it later; 1 … ${REASON_LENGTH_MAX} characters.`,
  })
  @Length(1, REASON_LENGTH_MAX)
  @Matches(/\S/)
  reason!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Tell what would come of it, and write nothing.',
  })
  dryRun!: boolean;
}

@InputType()
abstract class MergeDecisionInput extends DecisionInput {
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Merge in spite of what the identity policy forbids; caps hold all the same. Needs the ' +
      'scope `profiles:override`.',
  })
  force!: boolean;
}

@InputType({ description: 'Two profiles that are one person.' })
export class MergeProfilesInput extends MergeDecisionInput {
  @Field(() => ID, {
    description: 'One of them. The older one survives, whichever is named first.',
  })
  profileId!: string;

  @Field(() => ID, { description: 'The other one.' })
  otherProfileId!: string;
}

@InputType({ description: 'A pair that was proposed as one person, and is.' })
export class AcceptDuplicateInput extends MergeDecisionInput {
  @Field(() => ID, { description: 'The pair, as `DuplicateCandidate.id` gave it.' })
  id!: string;
}

@InputType({ description: 'What was joined by mistake: a merge, or links. Name one of the two.' })
export class UnmergeProfileInput extends DecisionInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The merge to undo, as `ProfileMerge.id` or `IdentityLogEntry.mergeId` gave it.',
  })
  mergeId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      `Links to take back, as \`IdentityLogEntry.linkId\` gave them; 1 … ${LINKS_MAX}. The ` +
      'profile falls into what the remaining links hold together.',
  })
  @ArrayNotEmpty()
  @ArrayMaxSize(LINKS_MAX)
  linkIds?: string[] | null;
}

@ObjectType({
  description:
    'What a profile comes to at one moment, before or after a merge. Null is what the key may not ' +
    'see by its scopes (and a stage or code that there is not).',
})
export class ProfileSnapshot {
  @Field(() => ID, { description: 'The profile. In a dry run it may not exist outside of it.' })
  profileId!: string;

  @Field(() => [IdentifierName], {
    nullable: true,
    description: 'What it is known by, the first seen first.',
  })
  identifiers!: readonly IdentifierName[];

  @Field(() => String, { nullable: true, description: 'The lifecycle stage; null before any.' })
  stage!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is at risk.' })
  atRisk!: boolean;

  @Field(() => ValueTier, { nullable: true, description: 'The value tier.' })
  valueTier!: ValueTier;

  @Field(() => Int64, { nullable: true, description: 'The points that can be spent.' })
  pointsBalance!: bigint;

  @Field(() => Int64, { nullable: true, description: 'All points ever earned or granted.' })
  lifetimePoints!: bigint;

  @Field(() => String, { nullable: true, description: 'The membership tier.' })
  membershipTier!: string;

  @Field(() => [Consent], {
    nullable: true,
    description: 'What it agreed to and what not, by purpose.',
  })
  consents!: readonly Consent[];

  @Field(() => Int, { nullable: true, description: 'Referrals by its codes that are not void.' })
  referralsMade!: number;

  @Field(() => Int, { nullable: true, description: 'Those of them whose referee has ordered.' })
  referralsConverted!: number;

  @Field(() => String, { nullable: true, description: 'The code it was brought by, if any.' })
  referredByCode!: string | null;
}

@ObjectType({ description: 'Two profiles became one, or would in a dry run.' })
export class ProfilesMerged {
  @Field(() => Boolean, { description: 'Whether nothing was written.' })
  dryRun!: boolean;

  @Field(() => ID, { nullable: true, description: 'Undo it by this id; null in a dry run.' })
  mergeId!: string | null;

  @Field(() => [MergeRefusalReason], {
    description: 'What the policy forbids and `force` overrode.',
  })
  overridden!: readonly MergeRefusalReason[];

  @Field(() => [ProfileSnapshot], { description: 'The two as they were, the survivor first.' })
  before!: readonly ProfileSnapshot[];

  @Field(() => ProfileSnapshot, { description: 'The survivor as it is with both.' })
  after!: ProfileSnapshot;

  @Field(() => Profile, { nullable: true, description: 'The survivor; null in a dry run.' })
  profile!: Profile | null;
}

@ObjectType({ description: 'The profiles were not merged; nothing was written.' })
export class MergeRefused {
  @Field(() => String, { description: 'One sentence for a person.' })
  message!: string;

  @Field(() => [MergeRefusalReason], { description: 'Everything that stands in the way.' })
  reasons!: readonly MergeRefusalReason[];

  @Field(() => Boolean, { description: 'Whether `force` would override all of it.' })
  canBeForced!: boolean;

  @Field(() => Profile, { nullable: true, description: 'ONE_ALREADY: the profile they are.' })
  profile!: Profile | null;
}

@ObjectType({ description: 'A profile was taken apart, or would be in a dry run.' })
export class ProfileUnmerged {
  @Field(() => Boolean, { description: 'Whether nothing was written.' })
  dryRun!: boolean;

  @Field(() => ID, { nullable: true, description: 'Opaque and permanent; null in a dry run.' })
  unmergeId!: string | null;

  @Field(() => ProfileSnapshot, { description: 'The profile as it was.' })
  before!: ProfileSnapshot;

  @Field(() => [ProfileSnapshot], {
    description: 'Its parts as they are, the one that keeps the id first.',
  })
  after!: readonly ProfileSnapshot[];

  @Field(() => [ID], { description: 'The links that were taken back.' })
  revokedLinkIds!: readonly string[];

  @Field(() => [Profile], { nullable: true, description: 'The parts; null in a dry run.' })
  profiles!: readonly Profile[] | null;
}

@ObjectType({ description: 'A link between two identifiers, with its first evidence.' })
export class IdentityLink {
  @Field(() => ID, { description: 'Opaque; as `IdentityLogEntry.linkId`.' })
  id!: string;

  @Field(() => String, { description: 'Who sent the evidence, or the operator.' })
  source!: string;

  @Field(() => ID, { nullable: true, description: 'The event; null where an operator linked.' })
  eventId!: string | null;

  @Field(() => Date, { description: 'When it was recorded.' })
  linkedAt!: Date;
}

@ObjectType({ description: 'Nothing was taken apart, and nothing written.' })
export class UnmergeRefused {
  @Field(() => String, { description: 'One sentence for a person.' })
  message!: string;

  @Field(() => UnmergeRefusalReason, { description: 'Why.' })
  reason!: UnmergeRefusalReason;

  @Field(() => [IdentityLink], {
    description: 'STILL_CONNECTED: a chain of other links that joins the ends of the first one.',
  })
  connectedBy!: readonly IdentityLink[];
}

export const MergeProfilesResult = createUnionType({
  name: 'MergeProfilesResult',
  description: 'The merge, or why there is none.',
  types: () => [ProfilesMerged, MergeRefused, ProfileNotFound] as const,
});

export const UnmergeProfileResult = createUnionType({
  name: 'UnmergeProfileResult',
  description: 'The parts, or why there are none.',
  types: () => [ProfileUnmerged, UnmergeRefused] as const,
});
