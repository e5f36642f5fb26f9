import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ScopeEnum } from '../../platform/auth/api-key.types';
import { Made, MadeKey } from '../../platform/auth/made.types';
import type { Scope } from '../../platform/auth/scopes';
import { Int64 } from '../../platform/graphql/int64.scalar';
import { Node } from '../../platform/graphql/node';
import { toPublicId } from '../../shared/ids';
import type { EventCounts } from '../events';
import { type SourceRecord, sourceActor, WRITE_KEYS_MAX, type WriteKey } from './sources.model';
import { EVENTS_PER_MINUTE_MIN, SOURCE_NAME_LENGTH_MAX } from './sources.rules';

@ObjectType('Source', {
  implements: Node,
  description: 'An integration that sends events, and what it may send.',
})
export class SourceType extends Made {
  /** For the fields below it; not part of the API. */
  readonly record: SourceRecord;

  constructor(record: SourceRecord) {
    super(record);
    const { namespaces, eventNames } = record.allowed;
    this.record = record;
    this.id = toPublicId('src', record.sourceId);
    this.name = record.name;
    this.actor = sourceActor(record);
    this.scopes = [...record.scopes];
    this.eventsPerMinuteMax = record.eventsPerMinuteMax;
    this.namespaces = namespaces && [...namespaces];
    this.eventNames = eventNames && [...eventNames];
    this.origins = record.origins;
    this.disabledAt = record.disabledAt;
  }

  @Field(() => ID, { description: 'Opaque and permanent.' })
  readonly id: string;

  @Field(() => String, { description: 'Unique and permanent, e.g. `web-shop`.' })
  readonly name: string;

  @Field(() => String, {
    description: 'What its events are recorded with as their source, e.g. `source:web-shop`.',
  })
  readonly actor: string;

  @Field(() => [ScopeEnum], { description: 'What its write keys may do.' })
  readonly scopes: readonly Scope[];

  @Field(() => Int, {
    nullable: true,
    description: 'How many events it may send in a minute; null for no limit.',
  })
  readonly eventsPerMinuteMax: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Of the identifiers it may use; null for all. Others are demoted.',
  })
  readonly namespaces: readonly string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Of the events it may send; null for all. Others are quarantined.',
  })
  readonly eventNames: readonly string[] | null;

  @Field(() => [String], {
    description: 'Of the browsers that may send; `*` for all. Without any, no browser may.',
  })
  readonly origins: readonly string[];

  @Field(() => Date, {
    nullable: true,
    description: 'Since when its write keys are refused; null while it is enabled.',
  })
  readonly disabledAt: Date | null;
}

@ObjectType('WriteKey', { description: 'A key of a source, without its secret.' })
export class WriteKeyType extends MadeKey {
  constructor(key: WriteKey) {
    super(key);
    this.id = toPublicId('wky', key.writeKeyId);
  }

  @Field(() => ID, { description: 'Opaque and permanent; not what is sent.' })
  readonly id: string;
}

@ObjectType({ description: 'How often events were quarantined for one reason.' })
export class RejectionCount {
  @Field({ description: 'The reason, a stable code as in `RecordedEventOutcome.reason`.' })
  reason!: string;

  @Field(() => Int64, { description: 'How often, every delivery counted.' })
  times!: bigint;
}

@ObjectType({
  description:
    'What became of all events of one source. Every delivery counts: an event sent twice is one ' +
    'accepted and one duplicate.',
})
export class SourceCounters implements EventCounts {
  @Field({
    description: 'Who sent them, as recorded: `source:web-shop`, `key:crm-sync`, `import:cdnow` …',
  })
  source!: string;

  @Field(() => Int64, { description: 'How many were recorded.' })
  accepted!: bigint;

  @Field(() => Int64, { description: 'How many had been recorded before.' })
  duplicates!: bigint;

  @Field(() => Int64, { description: 'How many were set aside.' })
  quarantined!: bigint;

  @Field(() => [RejectionCount], { description: 'For what reasons, the most frequent first.' })
  quarantinedByReason!: readonly RejectionCount[];

  @Field(() => Date, { nullable: true, description: 'When the first came; null before any.' })
  firstSeenAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the last came; null before any.' })
  lastSeenAt!: Date | null;
}

@InputType()
abstract class SourceSettingsInput {
  @Field(() => [ScopeEnum], {
    nullable: true,
    description:
      'What its write keys may do: EVENTS_WRITE, PROFILES_READ, PERSONAL_DATA_READ; none that ' +
      'the key that asks lacks. At first EVENTS_WRITE.',
  })
  scopes?: Scope[] | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many events it may send in a minute, at least ${EVENTS_PER_MINUTE_MIN}; null for no limit.`,
  })
  eventsPerMinuteMax?: number | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Of the identifiers it may use, as the identity policy has them, and `profile_id`; null ' +
      'for all.',
  })
  namespaces?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Of the events it may send, compared exactly; null for all.',
  })
  eventNames?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Of the browsers that may send, e.g. `https://shop.example`; `*` for all.',
  })
  origins?: string[] | null;
}

@InputType({ description: 'The source to make. What is left out is not restricted.' })
export class CreateSourceInput extends SourceSettingsInput {
  @Field(() => String, {
    description: `Unique and permanent: a message is told by it. 1 to ${SOURCE_NAME_LENGTH_MAX} of a-z, 0-9, \`.\`, \`_\`, \`-\`.`,
  })
  name!: string;
}

@InputType({ description: 'What to change of a source. What is left out stays.' })
export class UpdateSourceInput extends SourceSettingsInput {
  @Field(() => ID, { description: 'The source.' })
  id!: string;
}

@ObjectType({ description: 'A source was made, with its first write key.' })
export class SourceCreated {
  constructor(source: SourceType, writeKey: WriteKeyType, secret: string) {
    this.source = source;
    this.writeKey = writeKey;
    this.secret = secret;
  }

  @Field(() => SourceType, { description: 'The source.' })
  readonly source: SourceType;

  @Field(() => WriteKeyType, { description: 'The key, as it will be listed.' })
  readonly writeKey: WriteKeyType;

  @Field(() => String, {
    description: 'The write key to give to the SDK. Shown this once; keep it safe.',
  })
  readonly secret: string;
}

@ObjectType({ description: 'A source of this name exists, maybe a disabled one. None was made.' })
export class SourceNameTaken {
  constructor(name: string) {
    this.name = name;
  }

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string = 'A source of this name exists. Choose another.';

  @Field(() => String, { description: 'The name.' })
  readonly name: string;
}

export const CreateSourceResult = createUnionType({
  name: 'CreateSourceResult',
  description: 'The source made, or why there is none.',
  types: () => [SourceCreated, SourceNameTaken] as const,
});

@ObjectType({ description: 'A write key was added.' })
export class WriteKeyAdded {
  constructor(writeKey: WriteKeyType, secret: string) {
    this.writeKey = writeKey;
    this.secret = secret;
  }

  @Field(() => WriteKeyType, { description: 'The key, as it will be listed.' })
  readonly writeKey: WriteKeyType;

  @Field(() => String, {
    description: 'The write key to give to the SDK. Shown this once; keep it safe.',
  })
  readonly secret: string;
}

@ObjectType({ description: 'The source has as many valid write keys as it may. None was added.' })
export class WriteKeyLimitReached {
  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string =
    `A source has at most ${WRITE_KEYS_MAX} valid write keys. Revoke one first.`;

  @Field(() => Int, { description: 'How many may be valid at once.' })
  readonly writeKeysMax: number = WRITE_KEYS_MAX;
}

export const AddWriteKeyResult = createUnionType({
  name: 'AddWriteKeyResult',
  description: 'The write key added, or why there is none.',
  types: () => [WriteKeyAdded, WriteKeyLimitReached] as const,
});
