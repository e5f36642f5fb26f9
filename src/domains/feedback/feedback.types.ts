import { Max, MaxLength, Min } from 'class-validator';
import { createUnionType, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { countedConnectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import { COMMENT_LENGTH_MAX } from '../events';
import { Profile, ProfileNotFound } from '../identity';

export const FeedbackKind = describedEnum({
  name: 'FeedbackKind',
  description: 'What a customer was asked, or told unasked.',
  values: {
    NPS: 'How likely they are to recommend the company: 0 to 10.',
    CSAT: 'How satisfied they are: 1 to 5.',
    CES: 'How far they agree that it was easy: 1 (not at all) to 7.',
    REVIEW: 'Stars: 1 to 5.',
    COMPLAINT: 'Something went wrong. Takes no score.',
    SUGGESTION: 'Something could be better. Takes no score.',
    EXIT_SURVEY: 'Why they leave. Takes no score.',
  },
});

export type FeedbackKind = keyof typeof FeedbackKind;

@ObjectType({ description: 'Something a customer told the company.' })
export class Feedback {
  @Field(() => ID, { description: 'Opaque and permanent.' })
  id!: string;

  @Field(() => FeedbackKind, { description: 'What was asked or told.' })
  kind!: FeedbackKind;

  @Field(() => Int, { nullable: true, description: 'On the scale of the kind, if it has one.' })
  score!: number | null;

  @Field(() => String, { nullable: true, description: 'In their own words.' })
  comment!: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'From -1 (worst) to 1 (best), to a thousandth: as it was sent, else as the score tells it ' +
      '(linear on either side of the middle of its scale; for NPS that is 7.5). Null where ' +
      'neither tells.',
  })
  sentiment!: number | null;

  @Field(() => String, { nullable: true, description: 'Where it was told: `web`, `store` …' })
  channel!: string | null;

  @Field({ description: 'When it was told.' })
  occurredAt!: Date;
}

export const FeedbackConnection = countedConnectionType('Feedback', () => Feedback);

@InputType({ description: 'Something a customer told.' })
export class SubmitFeedbackInput {
  @Field(() => ID, { description: 'Whose feedback it is: `Profile.id`.' })
  profileId!: string;

  @Field(() => FeedbackKind, { description: 'What was asked or told.' })
  kind!: FeedbackKind;

  @Field(() => Int, {
    nullable: true,
    description: 'Needed for the kinds that have a scale; the others take none.',
  })
  score?: number | null;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters.' })
  @MaxLength(COMMENT_LENGTH_MAX)
  comment?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'From -1 (worst) to 1 (best). Where left out, the score tells it.',
  })
  @Min(-1)
  @Max(1)
  sentiment?: number | null;

  @Field(() => String, { nullable: true, description: 'Where it was told: `web`, `store` …' })
  channel?: string | null;

  @Field(() => Date, { nullable: true, description: 'When it was told; now where left out.' })
  occurredAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Your own id of this feedback, at most 100 characters. Sent again it changes nothing, so a ' +
      'retry is safe. Where left out, every delivery counts.',
  })
  messageId?: string | null;
}

@ObjectType({ description: 'The feedback is recorded, and the profile shows it.' })
export class FeedbackSubmitted {
  @Field(() => Feedback, { description: 'As it was recorded.' })
  feedback!: Feedback;

  @Field(() => Profile, { nullable: true, description: 'Whose it is, as they are now.' })
  profile!: Profile;

  @Field({ description: 'Whether it had been recorded before; then nothing was changed.' })
  duplicate!: boolean;
}

@ObjectType({ description: 'The score is not one of its kind; nothing was recorded.' })
export class InvalidFeedbackScore {
  @Field({ description: 'One sentence for a person.' })
  message!: string;

  @Field(() => Int, { nullable: true, description: 'The lowest score; null for no score at all.' })
  min!: number | null;

  @Field(() => Int, { nullable: true, description: 'The highest score; null for no score at all.' })
  max!: number | null;
}

export const SubmitFeedbackResult = createUnionType({
  name: 'SubmitFeedbackResult',
  description: 'What became of a feedback.',
  types: () => [FeedbackSubmitted, InvalidFeedbackScore, ProfileNotFound] as const,
});
