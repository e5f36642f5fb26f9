import { ValidateNested } from 'class-validator';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { countedConnectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import type { JsonObject } from '../../shared/json';
import { IdentifierInput, Profile } from '../identity';

@ObjectType({ description: 'Something a customer did, as it was recorded. Never rewritten.' })
export class Event {
  @Field(() => ID, { description: 'Opaque and permanent.' })
  id!: string;

  @Field({ description: 'What happened, e.g. `Order Completed`.' })
  name!: string;

  @Field({ description: 'When it happened.' })
  occurredAt!: Date;

  @Field({ description: 'When Perennial recorded it.' })
  receivedAt!: Date;

  @Field({ description: 'Who sent it.' })
  source!: string;

  @Field({ description: "The sender's own id of it, unique within the source." })
  messageId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where it happened: `web`, `app`, `store` …',
  })
  channel!: string | null;

  @Field(() => GraphQLJSONObject, { description: 'What the sender told of it.' })
  properties!: JsonObject;
}

export const EventConnection = countedConnectionType('Event', () => Event);

@InputType({ description: 'Something a customer did.' })
export class EventInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Your own id of this event, at most 100 characters. Sent twice it is one event, so a ' +
      'retry is safe. Where left out, every delivery counts as a new event.',
  })
  messageId?: string | null;

  @Field({ description: 'What happened, e.g. `Order Completed`; at most 200 characters.' })
  name!: string;

  @Field(() => Date, {
    nullable: true,
    description: 'When it happened, at most an hour from now. The time of arrival where left out.',
  })
  occurredAt?: Date | null;

  @Field(() => [IdentifierInput], {
    description:
      'Who it was: every identifier the channel knows, at most 50. Identifiers of one event are ' +
      'one person: profiles are created, extended or merged accordingly. `profile_id` names a ' +
      'profile by its id.',
  })
  @ValidateNested({ each: true })
  identifiers!: IdentifierInput[];

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'What there is to tell of it, e.g. `{ "revenue": 99.9, "currency": "USD" }`.',
  })
  properties?: JsonObject | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'What it tells of the customer; its values are merged by the policy.',
  })
  traits?: JsonObject | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where it happened: `web`, `app`, `store` …',
  })
  channel?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The version of the event schema it is written by, where one is registered for its name. ' +
      'The active one where left out.',
  })
  schemaVersion?: number | null;
}

export const EventStatus = describedEnum({
  name: 'EventStatus',
  description: 'What became of an event.',
  values: {
    ACCEPTED: 'Recorded, and already part of the profile.',
    DUPLICATE: 'Recorded before; nothing was changed.',
    QUARANTINED: 'Kept aside and not counted, for the reason given.',
  },
});

export type EventStatus = keyof typeof EventStatus;

@ObjectType({ description: 'An identifier that was kept on the event and not used.' })
export class DemotedIdentifier {
  @Field({ description: 'The kind of identifier.' })
  namespace!: string;

  @Field({ description: 'The value, as it was sent or normalised.' })
  value!: string;

  @Field({
    description:
      'Why: UNKNOWN_NAMESPACE, NAMESPACE_NOT_ALLOWED, JUNK_VALUE, VALUE_TOO_LONG, ' +
      'INVALID_VALUE; or because using it would make one person of two or put more into one ' +
      'profile than policy allows: PERSON_CONFLICT, NAMESPACE_LIMIT, PROFILE_LIMIT, MERGE_LIMIT.',
  })
  reason!: string;
}

@ObjectType({ description: 'What became of one event.' })
export class RecordedEventOutcome {
  @Field(() => EventStatus, { description: 'Whether it counts.' })
  status!: EventStatus;

  @Field({ description: 'The message id it was sent with, or was given.' })
  messageId!: string;

  @Field(() => ID, { nullable: true, description: 'The event; null where it was quarantined.' })
  eventId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The profile it belongs to; null where it was quarantined.',
  })
  profileId!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was quarantined; stable codes.' })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: 'The same for a person to read.' })
  detail!: string | null;

  @Field(() => [DemotedIdentifier], { description: 'Identifiers that were not used.' })
  demoted!: readonly DemotedIdentifier[];
}

@ObjectType({ description: 'What became of the events, and the profiles as they are now.' })
export class RecordEventsPayload {
  @Field(() => Int, { description: 'How many were recorded.' })
  accepted!: number;

  @Field(() => Int, { description: 'How many had been recorded before.' })
  duplicates!: number;

  @Field(() => Int, { description: 'How many were set aside.' })
  quarantined!: number;

  @Field(() => [RecordedEventOutcome], { description: 'One for each event, in the order sent.' })
  outcomes!: readonly RecordedEventOutcome[];

  @Field(() => [Profile], {
    nullable: true,
    description: 'Each profile the events belong to, once.',
  })
  profiles!: readonly Profile[];
}
