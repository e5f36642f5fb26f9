import { Field, Float, ObjectType } from 'type-graphql';
import type { FactDefinition, FactUnit as FactUnitName } from '../facts/fact-kinds';
import { FactUnit } from '../stage/stage.types';

@ObjectType({
  description: 'Something that is known of every customer, for conditions to ask for.',
})
export class LifecycleFact {
  constructor(
    factName: string,
    readonly definition: FactDefinition,
  ) {
    this.name = factName;
  }

  @Field(() => String, { description: 'What conditions call it, e.g. `silenceDays`.' })
  readonly name: string;

  @Field(() => FactUnit, { description: 'What it is measured in.' })
  get unit(): FactUnitName {
    return this.definition.unit;
  }

  @Field(() => String, { description: 'What it says, and when it says nothing.' })
  get description(): string {
    return this.definition.description;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'The least value it can have; null where there is none.',
  })
  get min(): number | null {
    return finite(this.definition.min);
  }

  @Field(() => Float, {
    nullable: true,
    description: 'The greatest value it can have; null where there is none.',
  })
  get max(): number | null {
    return finite(this.definition.max);
  }
}

function finite(bound: number): number | null {
  return Number.isFinite(bound) ? bound : null;
}
