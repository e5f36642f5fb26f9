import { GraphQLJSONObject } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../../../platform/graphql/connection';
import { describedEnum } from '../../../platform/graphql/described-enum';
import { digestOf } from '../../../shared/digest';
import { toPublicId } from '../../../shared/ids';
import type { JsonObject } from '../../../shared/json';
import type { LifecycleVersion } from './versions.reads';
import type { LifecycleModelStatus as StatusName } from './versions.rules';
import type { LifecycleModelFault as FaultName, LifecycleModelRefusal } from './versions.service';

const LifecycleModelStatus = describedEnum<StatusName>({
  name: 'LifecycleModelStatus',
  description: 'What a version of a lifecycle model is good for now.',
  values: {
    DRAFT: 'It was saved, and never activated.',
    IN_FORCE: 'It decides stages.',
    SUPERSEDED: 'It decided stages once; another version of the model did after it.',
    RETIRED: 'It was the last to decide before the model was taken out of use.',
  },
});

const LifecycleModelFault = describedEnum<FaultName>({
  name: 'LifecycleModelFault',
  description: 'Why a change of lifecycle models, or a preview of one, is refused.',
  values: {
    INVALID_NAME: 'No model can have this name.',
    REASON_MISSING: 'Nobody says why.',
    REASON_TOO_LONG: 'Over 500 characters.',
    MALFORMED_TEXT: 'Holds U+0000 or half a surrogate pair.',
    TOO_MANY_VERSIONS: 'As many versions as can be are kept.',
    TOO_MANY_MODELS: 'As many models as can be are in use.',
    NOT_IN_USE: 'The model is not in use.',
    NOTHING_BEFORE: 'No other version of the model was ever in force.',
    DEFAULT_MODEL: 'The default model is always in use.',
    NOTHING_TO_PROPOSE: 'Customers live as they did.',
    TOO_FEW_CUSTOMERS: 'Fewer than 100 came or bought often enough to tell.',
    PREVIEW_RUNNING: 'Another preview is running; try again when it has ended.',
  },
});

@ObjectType({ description: 'One version of how a company cuts the lives of its customers.' })
export class LifecycleModelVersion {
  constructor(readonly row: LifecycleVersion) {}

  @Field(() => ID, { description: 'Opaque and permanent; names the version.' })
  get id(): string {
    return toPublicId('lcm', digestOf(`${this.row.name}\0${this.row.version}`));
  }

  @Field(() => String, { description: 'The name of the model.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => Int, {
    description: 'From 1. Of a model that is a preset, the preset is version 1.',
  })
  get version(): number {
    return this.row.version;
  }

  @Field(() => GraphQLJSONObject, {
    description: 'Stages, and the conditions they are decided by. Never changes.',
  })
  get document(): JsonObject {
    return this.row.document as unknown as JsonObject;
  }

  @Field(() => String, { nullable: true, description: 'What was said of it when it was saved.' })
  get note(): string | null {
    return this.row.note;
  }

  @Field(() => String, {
    nullable: true,
    description: 'Who saved it, e.g. `key:crm`; null for a preset.',
  })
  get savedBy(): string | null {
    return this.row.savedBy;
  }

  @Field(() => Date, { nullable: true, description: 'When it was saved; null for a preset.' })
  get savedAt(): Date | null {
    return this.row.savedAt;
  }

  @Field(() => LifecycleModelStatus, { description: 'What it is good for now.' })
  get status(): StatusName {
    return this.row.status;
  }

  @Field(() => Date, {
    nullable: true,
    description:
      'Since when it has been in force; null where it is not, or has been from the beginning.',
  })
  get inForceSince(): Date | null {
    return this.row.inForceSince;
  }

  @Field(() => Boolean, {
    description: 'Whether its model is the one that decides where none is named.',
  })
  get isDefault(): boolean {
    return this.row.isDefault;
  }
}

export const LifecycleModelVersionConnection = connectionType(
  'LifecycleModelVersion',
  () => LifecycleModelVersion,
);

@InputType({ description: 'A new version of a lifecycle model.' })
export class SaveLifecycleModelInput {
  @Field(() => String, {
    description: 'Lower-case letters, digits and hyphens, 64 at most. May be that of a preset.',
  })
  name!: string;

  @Field(() => GraphQLJSONObject, {
    description: 'In the form that `lifecycleModelSchema` tells.',
  })
  document!: JsonObject;

  @Field(() => String, {
    nullable: true,
    description: 'What there is to say of it, e.g. why; at most 500 characters.',
  })
  note?: string | null;
}

@InputType({ description: 'The version that is to decide from now on.' })
export class ActivateLifecycleModelInput {
  @Field(() => String, { description: 'The name of the model.' })
  name!: string;

  @Field(() => Int, {
    description: 'Any version of it, be it a preset, a draft or an earlier one.',
  })
  version!: number;

  @Field(() => String, { description: 'Why, at most 500 characters. Kept on record.' })
  reason!: string;
}

@InputType({ description: 'A model, and why something is done with it.' })
export class LifecycleModelDecisionInput {
  @Field(() => String, { description: 'The name of the model.' })
  name!: string;

  @Field(() => String, { description: 'Why, at most 500 characters. Kept on record.' })
  reason!: string;
}

@ObjectType({ description: 'There is no such model, or no such version of it.' })
export class LifecycleModelNotFound {
  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string = 'There is no such model, or no such version of it.';
}

@ObjectType('InvalidLifecycleModel', {
  description: 'The document cannot decide the stage of every customer. Nothing was saved.',
})
export class InvalidModelDocument {
  constructor(faults: readonly string[]) {
    this.faults = [...faults];
  }

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string = 'The document cannot decide the stage of every customer.';

  @Field(() => [String], {
    description: 'Everything that is wrong with it, each with its place, e.g. `rules[2].when: …`.',
  })
  readonly faults: string[];
}

@ObjectType({ description: 'It cannot be done as asked. Nothing was changed.' })
export class LifecycleModelRefused {
  constructor({ fault, message }: LifecycleModelRefusal) {
    this.fault = fault;
    this.message = message;
  }

  @Field(() => LifecycleModelFault, { description: 'What is wrong.' })
  readonly fault: FaultName;

  @Field(() => String, { description: 'One sentence for a person.' })
  readonly message: string;
}

export const SaveLifecycleModelResult = createUnionType({
  name: 'SaveLifecycleModelResult',
  description: 'The version as it is saved, or why it is not.',
  types: () => [LifecycleModelVersion, InvalidModelDocument, LifecycleModelRefused] as const,
});

const decided = () =>
  [LifecycleModelVersion, LifecycleModelNotFound, LifecycleModelRefused] as const;

export const ActivateLifecycleModelResult = createUnionType({
  name: 'ActivateLifecycleModelResult',
  description: 'The version that decides now, or why it does not.',
  types: decided,
});

export const RollBackLifecycleModelResult = createUnionType({
  name: 'RollBackLifecycleModelResult',
  description: 'The version that decides again, or why none does.',
  types: decided,
});

export const RetireLifecycleModelResult = createUnionType({
  name: 'RetireLifecycleModelResult',
  description: 'The version that decided last, or why it still does.',
  types: decided,
});
