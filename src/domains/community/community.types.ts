import { MaxLength } from 'class-validator';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { describedEnum } from '../../platform/graphql/described-enum';
import type { ProfileId } from '../../shared/ids';
import { Profile, ProfileNotFound } from '../identity';

export const CommunityActivityKind = describedEnum({
  name: 'CommunityActivityKind',
  description: 'What a customer did in the community.',
  values: {
    POST: 'Wrote something of their own. Recorded as `Post Created`.',
    COMMENT: "Commented on another's. Recorded as `Comment Created`.",
    ANSWER: "Answered another's question. Recorded as `Answer Created`.",
    LIKE: 'Liked something. Recorded as `Content Liked`.',
    SHARE: 'Passed something on. Recorded as `Content Shared`.',
    ATTENDANCE: 'Came to an event. Recorded as `Event Attended`.',
    CHECK_IN: 'Checked in. Recorded as `Checked In`.',
  },
});

export type CommunityActivityKind = keyof typeof CommunityActivityKind;

@ObjectType({ description: 'How often a customer did what in the community.' })
export class CommunityCounts {
  @Field(() => Int, { description: 'Posts written.' })
  posts!: number;

  @Field(() => Int, { description: "Comments on others' posts." })
  comments!: number;

  @Field(() => Int, { description: "Answers to others' questions." })
  answers!: number;

  @Field(() => Int, { description: 'Likes given.' })
  likes!: number;

  @Field(() => Int, { description: 'Content or products passed on.' })
  shares!: number;

  @Field(() => Int, { description: 'Events come to.' })
  eventsAttended!: number;

  @Field(() => Int, { description: 'Check-ins.' })
  checkIns!: number;
}

@ObjectType({ description: "A customer's part in the community: their social value." })
export class CommunityActivity {
  constructor(readonly profileId: ProfileId) {}
}

const TARGET_ID_LENGTH_MAX = 255;

@InputType({ description: 'Something a customer did in the community.' })
export class CommunityActivityInput {
  @Field(() => ID, { description: 'Who did it: `Profile.id`.' })
  profileId!: string;

  @Field(() => CommunityActivityKind, { description: 'What they did.' })
  kind!: CommunityActivityKind;

  @Field(() => String, {
    nullable: true,
    description:
      'What was written, liked, answered or attended, as your own systems know it; at most 255 ' +
      'characters. Kept on the event as `target_id`.',
  })
  @MaxLength(TARGET_ID_LENGTH_MAX)
  targetId?: string | null;

  @Field(() => Date, { nullable: true, description: 'When they did it; now where left out.' })
  occurredAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Your own id of this activity, at most 100 characters. Sent again it changes nothing, so a ' +
      'retry is safe. Where left out, every delivery counts.',
  })
  messageId?: string | null;
}

@ObjectType({ description: 'The activity is recorded, and the profile shows it.' })
export class CommunityActivityRecorded {
  @Field(() => Profile, { nullable: true, description: 'Who did it, as they are now.' })
  profile!: Profile;

  @Field({ description: 'Whether it had been recorded before; then nothing was changed.' })
  duplicate!: boolean;
}

export const RecordCommunityActivityResult = createUnionType({
  name: 'RecordCommunityActivityResult',
  description: 'What became of a community activity.',
  types: () => [CommunityActivityRecorded, ProfileNotFound] as const,
});
