import { GraphQLJSONObject } from 'graphql-scalars';
import { createUnionType, Field, Float, InputType, Int, ObjectType } from 'type-graphql';
import type { JsonObject } from '../../../shared/json';
import type { PreviewCell } from './preview.rules';
import type { Preview } from './preview.service';
import {
  InvalidModelDocument,
  LifecycleModelNotFound,
  LifecycleModelRefused,
} from './versions.types';

@InputType({ description: 'What is tried, and on whom. A document, or a version that is there.' })
export class PreviewLifecycleModelInput {
  @Field(() => String, {
    description:
      'The name of the model. Customers go from where they stand under it, or under the default ' +
      'model where it is not in use.',
  })
  name!: string;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'A document to try that need not be saved.',
  })
  document?: JsonObject | null;

  @Field(() => Int, {
    nullable: true,
    description: 'A version to try, where no document is given.',
  })
  version?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many customers, at most 100,000, always the same; all where left out.',
  })
  sample?: number | null;

  @Field(() => Int, { defaultValue: 3, description: 'Examples of each move, 0 … 20.' })
  examples!: number;
}

@ObjectType({ description: 'Customers who would go from one stage to another, or stay.' })
export class LifecycleMove {
  constructor(
    readonly cell: PreviewCell,
    private readonly customersOfAll: number,
  ) {}

  @Field(() => String, { description: 'The stage they are in.' })
  get from(): string {
    return this.cell.from;
  }

  @Field(() => String, { description: 'The stage they would be in.' })
  get to(): string {
    return this.cell.to;
  }

  @Field(() => Int, { description: 'How many.' })
  get customers(): number {
    return this.cell.customers;
  }

  @Field(() => Float, { description: 'Part of all customers looked at, 0 … 1.' })
  get share(): number {
    return this.cell.customers / this.customersOfAll;
  }
}

@ObjectType({ description: 'Who would move from where to where. Nothing was written.' })
export class LifecyclePreview {
  constructor(private readonly preview: Preview) {}

  @Field(() => Date, { description: 'As of when: an activation right then would do the same.' })
  get evaluatedAt(): Date {
    return this.preview.asOf;
  }

  @Field(() => Int, { description: 'Customers looked at who have a stage.' })
  get customers(): number {
    return this.preview.customers;
  }

  @Field(() => Float, { description: 'Part of all profiles that was looked at, 0 … 1.' })
  get share(): number {
    return this.preview.share;
  }

  @Field(() => Int, { description: 'Those of the customers who would change their stage.' })
  get moved(): number {
    return this.preview.moved;
  }

  @Field(() => Int, { description: 'Those of whom a warning stands.' })
  get atRiskBefore(): number {
    return this.preview.atRiskBefore;
  }

  @Field(() => Int, { description: 'Those of whom one would stand.' })
  get atRiskAfter(): number {
    return this.preview.atRiskAfter;
  }

  @Field(() => [LifecycleMove], {
    description: 'The matrix, row by row in the order of a life; what nobody does is left out.',
  })
  get moves(): LifecycleMove[] {
    const { cells, customers } = this.preview;
    return cells.map((cell) => new LifecycleMove(cell, customers));
  }

  @Field(() => Float, { description: 'How long it took. Seconds.' })
  get tookSeconds(): number {
    return this.preview.tookMs / 1000;
  }
}

export const PreviewLifecycleModelResult = createUnionType({
  name: 'PreviewLifecycleModelResult',
  description: 'Who would move, or why that cannot be told.',
  types: () =>
    [
      LifecyclePreview,
      InvalidModelDocument,
      LifecycleModelNotFound,
      LifecycleModelRefused,
    ] as const,
});
