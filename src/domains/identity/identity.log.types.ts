import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import { Int64 } from '../../platform/graphql/int64.scalar';

export const IdentityLogKind = describedEnum({
  name: 'IdentityLogKind',
  description: 'What happened to the identity of a customer.',
  values: {
    LINKED: 'The first evidence that two identifiers are one person.',
    REVOKED: 'An operator took a link back.',
    MERGED: 'Two profiles became one.',
    UNMERGED: 'An operator took a profile apart.',
    DEMOTED: 'An identifier came with an event and was not used, by a rule.',
  },
});

export type IdentityLogKind = keyof typeof IdentityLogKind;

@ObjectType({ description: 'An identifier by its name alone.' })
export class IdentifierName {
  @Field({ description: 'The kind of identifier; at most 100 characters are kept of one unknown.' })
  namespace!: string;

  @Field({
    description: 'The value, normalised where it could be; at most 255 characters are kept.',
  })
  value!: string;
}

@ObjectType({
  description: 'One thing that made the profile what it is, or was refused, with its evidence.',
})
export class IdentityLogEntry {
  @Field(() => IdentityLogKind, { description: 'What happened; it says which fields are set.' })
  kind!: IdentityLogKind;

  @Field({ description: 'When Perennial recorded it, the first time.' })
  recordedAt!: Date;

  @Field({ description: 'Who sent the evidence, or the operator who decided.' })
  source!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The event that was the evidence, the first one; null where there was none.',
  })
  eventId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'LINKED, REVOKED: the link; `unmergeProfile` takes one back that stands.',
  })
  linkId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'MERGED: the merge, which `unmergeProfile` undoes. UNMERGED: the one undone.',
  })
  mergeId!: string | null;

  @Field(() => String, { nullable: true, description: 'Why an operator decided so.' })
  reason!: string | null;

  @Field(() => IdentifierName, {
    nullable: true,
    description: 'LINKED, REVOKED: one end. DEMOTED: what was not used, the first as sent.',
  })
  identifier!: IdentifierName | null;

  @Field(() => IdentifierName, {
    nullable: true,
    description: 'LINKED, REVOKED: the older end. DEMOTED: what the event belongs to instead.',
  })
  linkedTo!: IdentifierName | null;

  @Field(() => ID, {
    nullable: true,
    description: 'MERGED: the profile that went on. UNMERGED: this one.',
  })
  survivorId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'MERGED: the profile that became part of it. UNMERGED: the other one.',
  })
  absorbedId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'DEMOTED: the rule, a stable code as in `DemotedIdentifier.reason`.',
  })
  rule!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'DEMOTED: in how many events so far; they share one entry.',
  })
  times!: number | null;

  @Field(() => Date, { nullable: true, description: 'DEMOTED: when it was recorded last.' })
  lastAt!: Date | null;
}

export const IdentityLogConnection = connectionType('IdentityLog', () => IdentityLogEntry);

@ObjectType({
  description: 'An identifier that events came with and that was not used, by a rule.',
})
export class IdentityWarning {
  @Field(() => ID, { description: 'The profile that has the events.' })
  profileId!: string;

  @Field({ description: 'The rule, a stable code as in `DemotedIdentifier.reason`.' })
  rule!: string;

  @Field(() => IdentifierName, {
    description:
      'What was not used. Of a namespace that is unknown or not allowed the first value stands for all.',
  })
  identifier!: IdentifierName;

  @Field({ description: 'Who sent it.' })
  source!: string;

  @Field(() => ID, { description: 'The first event that came with it.' })
  eventId!: string;

  @Field({ description: 'When that event happened.' })
  occurredAt!: Date;

  @Field({ description: 'When Perennial recorded it, the first time.' })
  recordedAt!: Date;

  @Field({ description: 'When Perennial recorded it last.' })
  lastAt!: Date;

  @Field(() => Int, { description: 'In how many events so far.' })
  times!: number;
}

export const IdentityWarningConnection = connectionType('IdentityWarning', () => IdentityWarning);

@InputType({ description: 'Which warnings to list; every condition given must hold.' })
export class IdentityWarningFilter {
  @Field(() => String, { nullable: true, description: 'By this rule, e.g. `NAMESPACE_LIMIT`.' })
  rule?: string | null;

  @Field(() => String, { nullable: true, description: 'From this source, e.g. `key:crm-sync`.' })
  source?: string | null;

  @Field(() => Date, { nullable: true, description: 'Recorded for the first time then or later.' })
  since?: Date | null;
}

@ObjectType({ description: 'How often one source broke one rule.' })
export class IdentityWarningCount {
  @Field({ description: 'The rule, a stable code as in `DemotedIdentifier.reason`.' })
  rule!: string;

  @Field({ description: 'Who sent it.' })
  source!: string;

  @Field(() => Int64, { description: 'How often, every event counted.' })
  times!: bigint;
}
