import { GraphQLJSONObject } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../../platform/graphql/connection';
import { Int64 } from '../../platform/graphql/int64.scalar';
import type { JsonObject } from '../../shared/json';
import type { SchemaEnforcement } from './event-schemas.model';
import { EventSchemaRefused, enforcements } from './event-schemas.types';

@ObjectType({ description: 'An event that was not as its schema says. Holds none of its values.' })
export class EventSchemaSample {
  @Field({ description: "The sender's own id of it." })
  messageId!: string;

  @Field(() => ID, { nullable: true, description: 'The event; null where it was quarantined.' })
  eventId!: string | null;

  @Field({ description: 'When Perennial received it.' })
  receivedAt!: Date;

  @Field({ description: 'Where exactly in its properties, as a JSON pointer.' })
  place!: string;

  @Field(() => Int, { nullable: true, description: 'The version it named.' })
  schemaVersion!: number | null;
}

@ObjectType({ description: 'How often one source broke one rule of a schema at one path.' })
export class EventSchemaViolation {
  @Field({ description: 'The name of the events.' })
  name!: string;

  @Field(() => Int, {
    description: 'The version they were judged by; 0 where they named one that is none.',
  })
  version!: number;

  @Field({ description: 'Who sent them.' })
  source!: string;

  @Field({
    description:
      'Where, as a JSON pointer in the words of the schema: `*` stands for every position in a ' +
      'list, and for every property that the schema does not name.',
  })
  path!: string;

  @Field({
    description:
      'The keyword of JSON Schema that is not met, e.g. `required`; or `unknownProperty` (left ' +
      'out by `OMIT`), `unknownVersion`.',
  })
  rule!: string;

  @Field(() => Int64, { description: 'In how many events. A duplicate is not counted again.' })
  times!: bigint;

  @Field({ description: 'When it was seen first.' })
  firstAt!: Date;

  @Field({ description: 'When it was seen last.' })
  lastAt!: Date;

  @Field(() => [EventSchemaSample], {
    description: 'The latest of them, newest first; at most 10.',
  })
  samples!: readonly EventSchemaSample[];
}

export const EventSchemaViolationConnection = connectionType(
  'EventSchemaViolation',
  () => EventSchemaViolation,
);

@InputType({ description: 'Which violations to list; every condition given must hold.' })
export class EventSchemaViolationFilter {
  @Field(() => String, { nullable: true, description: 'Of events of this name.' })
  name?: string | null;

  @Field(() => Int, { nullable: true, description: 'Of this version.' })
  version?: number | null;

  @Field(() => String, { nullable: true, description: 'From this source, e.g. `key:web-shop`.' })
  source?: string | null;

  @Field(() => Date, { nullable: true, description: 'Seen then or later.' })
  since?: Date | null;
}

@InputType({ description: 'A schema to try on events that are stored.' })
export class PreviewEventSchemaInput {
  @Field(() => String, { description: 'The name of the events.' })
  name!: string;

  @Field(() => GraphQLJSONObject, {
    description: 'JSON Schema, draft 2020-12, of the properties; at most 64 KiB.',
  })
  schema!: JsonObject;

  @Field(() => enforcements, { description: 'What would become of events not as it says.' })
  enforcement!: SchemaEnforcement;

  @Field(() => Int, {
    nullable: true,
    description: 'How many of the latest events to try it on, 1 … 10,000; 1,000 by default.',
  })
  last?: number | null;
}

@ObjectType({ description: 'What a schema finds at one path.' })
export class EventSchemaFinding {
  @Field({ description: 'As in `EventSchemaViolation.path`.' })
  path!: string;

  @Field({ description: 'As in `EventSchemaViolation.rule`.' })
  rule!: string;

  @Field(() => Int, { description: 'In how many of the events.' })
  times!: number;

  @Field(() => [EventSchemaSample], {
    description: 'The latest of them, newest first; at most 10.',
  })
  samples!: readonly EventSchemaSample[];
}

@ObjectType({
  description: 'What would have become of the latest events of a name. Nothing was written.',
})
export class EventSchemaPreview {
  @Field(() => Int, {
    description:
      'Events that were judged. Fewer than asked for where no more are among the latest.',
  })
  examined!: number;

  @Field(() => Date, { nullable: true, description: 'When the first of them was received.' })
  oldestAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the last of them was received.' })
  newestAt!: Date | null;

  @Field(() => Int, { description: 'How many of them are not as the schema says.' })
  violating!: number;

  @Field(() => Int, { description: 'How many would be quarantined.' })
  quarantined!: number;

  @Field(() => Int, { description: 'How many would be taken with fewer properties.' })
  stripped!: number;

  @Field(() => [EventSchemaFinding], { description: 'What is wrong, the most often first.' })
  findings!: readonly EventSchemaFinding[];
}

export const PreviewEventSchemaResult = createUnionType({
  name: 'PreviewEventSchemaResult',
  description: 'What the schema finds, or why it cannot be one.',
  types: () => [EventSchemaPreview, EventSchemaRefused] as const,
});
