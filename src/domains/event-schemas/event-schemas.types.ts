import { GraphQLJSONObject } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import { digestOf } from '../../shared/digest';
import { toPublicId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import type {
  EventSchemaFault,
  EventSchemaRefusal,
  EventSchemaRow,
  EventSchemaStatus,
  SchemaEnforcement,
} from './event-schemas.model';

export const enforcements = describedEnum<SchemaEnforcement>({
  name: 'EventSchemaEnforcement',
  description:
    'What becomes of an event that is not as its schema says. It is counted in any case.',
  values: {
    ALLOW: 'It is taken as it was sent.',
    OMIT:
      'Properties that the schema does not name are left out. Where the rest is as it says the ' +
      'event is taken with the rest, else it is quarantined: a value that is wrong is never left out.',
    QUARANTINE:
      'It is quarantined. A property that the schema does not name is wrong only where the ' +
      'schema says so, by `additionalProperties` or `unevaluatedProperties`.',
  },
});

const statuses = describedEnum<EventSchemaStatus>({
  name: 'EventSchemaStatus',
  description: 'Which events a version is for.',
  values: {
    REGISTERED: 'For events that name it.',
    ACTIVE: 'For events that name it, and for those that name no version.',
    RETIRED: 'For none any more.',
  },
});

const faults = describedEnum<EventSchemaFault>({
  name: 'EventSchemaFault',
  description: 'Why an event schema, or what was asked of one, is refused.',
  values: {
    INVALID_NAME: 'No event can have this name.',
    INVALID_VERSION: 'Not a whole number from 1 to 1,000,000.',
    VERSION_TAKEN: 'The version is registered with other content.',
    RETIRED: 'The version was retired, for good.',
    TOO_MANY_SCHEMAS: 'As many versions as can be are in use.',
    TOO_LARGE: 'Over 64 KiB as JSON.',
    TOO_DEEP: 'Over 32 levels of lists and objects.',
    MALFORMED_TEXT: 'Holds U+0000 or half a surrogate pair.',
    NOT_A_SCHEMA: 'A value is not of the form its keyword takes.',
    UNKNOWN_DIALECT: '`$schema` is not draft 2020-12.',
    UNKNOWN_KEYWORD: 'A keyword that is not taken.',
    UNKNOWN_FORMAT: 'A format that is not checked.',
    REMOTE_REFERENCE: '`$ref` leads out of the schema.',
    UNKNOWN_REFERENCE: '`$ref` leads to no schema.',
    RECURSIVE_REFERENCE: '`$ref` leads back to where it comes from.',
    UNSUPPORTED_PATTERN: 'A pattern that RE2 does not read.',
    COSTLY_PATTERN: 'A pattern that is too long, repetitions written out.',
    COSTLY_KEYWORD: '`uniqueItems` on items that are not of simple types.',
    TOO_COMPLEX: 'More than 1,000 schemas within it, references followed.',
  },
});

@ObjectType({
  description: 'One version of what the properties of the events of a name look like.',
})
export class EventSchema {
  constructor(private readonly row: EventSchemaRow) {}

  @Field(() => ID, { description: 'Opaque and permanent; names the version.' })
  get id(): string {
    return toPublicId('sch', digestOf(`${this.row.name}\0${this.row.version}`));
  }

  @Field(() => String, { description: 'The name of the events, compared exactly.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => Int, { description: 'Events may name it in `schemaVersion`.' })
  get version(): number {
    return this.row.version;
  }

  @Field(() => GraphQLJSONObject, { description: 'JSON Schema, draft 2020-12. Never changes.' })
  get schema(): JsonObject {
    return this.row.schema;
  }

  @Field(() => enforcements, { description: 'What becomes of events that are not as it says.' })
  get enforcement(): SchemaEnforcement {
    return this.row.enforcement;
  }

  @Field(() => statuses, { description: 'Which events it is for.' })
  get status(): EventSchemaStatus {
    if (this.row.retiredAt !== null) return 'RETIRED';
    return this.row.isActive ? 'ACTIVE' : 'REGISTERED';
  }

  @Field(() => Date, { description: 'When it was registered.' })
  get registeredAt(): Date {
    return this.row.registeredAt;
  }

  @Field(() => String, { description: 'Who registered it, e.g. `key:data-team`.' })
  get registeredBy(): string {
    return this.row.registeredBy;
  }

  @Field(() => Date, {
    nullable: true,
    description: 'When it was activated last, or its enforcement changed; null where it never was.',
  })
  get activatedAt(): Date | null {
    return this.row.activatedAt;
  }

  @Field(() => String, { nullable: true, description: 'Who activated it last.' })
  get activatedBy(): string | null {
    return this.row.activatedBy;
  }

  @Field(() => Date, { nullable: true, description: 'When it was retired.' })
  get retiredAt(): Date | null {
    return this.row.retiredAt;
  }

  @Field(() => String, { nullable: true, description: 'Who retired it.' })
  get retiredBy(): string | null {
    return this.row.retiredBy;
  }
}

export const EventSchemaConnection = connectionType('EventSchema', () => EventSchema);

@InputType({ description: 'A new version of what the events of a name look like.' })
export class RegisterEventSchemaInput {
  @Field(() => String, {
    description: 'The name of the events; at most 200 characters. None need be there yet.',
  })
  name!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'From 1 to 1,000,000. The next free one where left out; name it to retry safely.',
  })
  version?: number | null;

  @Field(() => GraphQLJSONObject, {
    description: 'JSON Schema, draft 2020-12, of the properties; at most 64 KiB.',
  })
  schema!: JsonObject;

  @Field(() => enforcements, {
    defaultValue: 'ALLOW',
    description: 'What becomes of events that are not as it says. `ALLOW` only counts.',
  })
  enforcement!: SchemaEnforcement;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether it is for events that name no version, from now on.',
  })
  activate!: boolean;
}

@InputType({ description: 'The version that is for events that name none, from now on.' })
export class ActivateEventSchemaInput {
  @Field(() => String, { description: 'The name of the events.' })
  name!: string;

  @Field(() => Int, { description: 'A version that is registered and not retired.' })
  version!: number;

  @Field(() => enforcements, {
    nullable: true,
    description: 'What becomes of events that are not as it says; as before where left out.',
  })
  enforcement?: SchemaEnforcement | null;
}

@ObjectType({ description: 'No such version of this name is registered.' })
export class EventSchemaNotFound {
  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string = 'No such version of this name is registered.';
}

@ObjectType({ description: 'It cannot be done as asked. Nothing was changed.' })
export class EventSchemaRefused {
  constructor({ fault, message, place }: EventSchemaRefusal) {
    this.fault = fault;
    this.message = message;
    this.place = place;
  }

  @Field(() => faults, { description: 'What is wrong.' })
  readonly fault: EventSchemaFault;

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where in the schema, as a JSON pointer, e.g. `/properties/sku/pattern`.',
  })
  readonly place: string | null;
}

export const RegisterEventSchemaResult = createUnionType({
  name: 'RegisterEventSchemaResult',
  description: 'The version as it is registered, or why it is not.',
  types: () => [EventSchema, EventSchemaRefused] as const,
});

export const ActivateEventSchemaResult = createUnionType({
  name: 'ActivateEventSchemaResult',
  description: 'The version that is active now, or why it is not.',
  types: () => [EventSchema, EventSchemaNotFound, EventSchemaRefused] as const,
});

export const RetireEventSchemaResult = createUnionType({
  name: 'RetireEventSchemaResult',
  description: 'The version as it was retired, or why it was not.',
  types: () => [EventSchema, EventSchemaNotFound] as const,
});
