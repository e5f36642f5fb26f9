import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../../../platform/graphql/connection';
import { describedEnum } from '../../../platform/graphql/described-enum';
import type { ProfileId } from '../../../shared/ids';
import type { FactUnit as FactUnitName } from '../facts/fact-kinds';
import type { FactName } from '../facts/facts';
import type { ComparisonOperator as ComparisonOperatorName } from '../models/model';
import type { ThresholdBasis as ThresholdBasisName } from './compiled';
import type { TransitionCause as TransitionCauseName } from './timeline';
import type { StoredTransition } from './transitions';

const ComparisonOperator = describedEnum<ComparisonOperatorName>({
  name: 'ComparisonOperator',
  description: 'How a value compares with a threshold.',
  values: {
    GTE: 'At least.',
    GT: 'More than.',
    LTE: 'At most.',
    LT: 'Less than.',
  },
});

export const FactUnit = describedEnum<FactUnitName>({
  name: 'FactUnit',
  description: 'What a fact is measured in.',
  values: {
    DAYS: 'Days.',
    COUNT: 'How many.',
    RATIO: 'A part of one: -0.3 is a fall of 30 %.',
    CADENCES: "Times the customer's usual number of days between two visits.",
    POINTS: 'Points, by the weights that the fact names.',
    MONEY_MINOR: "Minor units of the company's currency, e.g. cents.",
    SCORE: 'A score; the fact tells its range.',
    PROBABILITY: 'A probability, 0 … 1.',
  },
});

const ThresholdBasis = describedEnum<ThresholdBasisName>({
  name: 'ThresholdBasis',
  description: 'Where a threshold comes from.',
  values: {
    CONSTANT: 'A number of the model.',
    OWN_CADENCE: "The customer's own cadence.",
    POPULATION_CADENCE: 'The usual cadence of all customers.',
    POPULATION_QUANTILE: 'What a part of all customers does not exceed.',
  },
});

const TransitionCause = describedEnum<TransitionCauseName>({
  name: 'TransitionCause',
  description: 'What brought a stage about.',
  values: {
    EVENT: 'Something the customer did.',
    TIME: 'Time passing without it.',
    MODEL: 'Another version of the model, or another calibration, came into force.',
  },
});

@ObjectType({ description: 'A condition that held: a fact, what it was, and what it had to be.' })
export class LifecycleReason {
  @Field(() => String, { description: 'The name of the fact, e.g. `silenceDays`.' })
  fact!: FactName;

  @Field(() => Float, { description: 'What the fact was when the condition came to hold.' })
  value!: number;

  @Field(() => Float, { description: 'What it is compared with.' })
  threshold!: number;

  @Field(() => ComparisonOperator, { description: 'How the value compares with the threshold.' })
  operator!: ComparisonOperatorName;

  @Field(() => FactUnit, { description: 'What value and threshold are measured in.' })
  unit!: FactUnitName;

  @Field(() => ThresholdBasis, { description: 'Where the threshold comes from.' })
  basis!: ThresholdBasisName;
}

@ObjectType({ description: 'A condition that does not hold, and keeps a customer from a stage.' })
export class LifecycleMissing {
  @Field(() => String, { description: 'The name of the fact, e.g. `orderDays`.' })
  fact!: FactName;

  @Field(() => Float, {
    nullable: true,
    description: 'What the fact is; null where it says nothing yet.',
  })
  value!: number | null;

  @Field(() => Float, { description: 'What it would have to compare with.' })
  threshold!: number;

  @Field(() => ComparisonOperator, { description: 'How it would have to compare.' })
  operator!: ComparisonOperatorName;

  @Field(() => FactUnit, { description: 'What value and threshold are measured in.' })
  unit!: FactUnitName;

  @Field(() => ThresholdBasis, { description: 'Where the threshold comes from.' })
  basis!: ThresholdBasisName;
}

@ObjectType({ description: 'A stage a customer could come to, and what it takes.' })
export class NextLifecycleStage {
  @Field(() => String, { description: 'The stage.' })
  stage!: string;

  @Field(() => [LifecycleMissing], {
    description:
      'What does not hold, all of which has to; of several ways to the stage the one that misses ' +
      'least. Empty where it is left only to rules that come first.',
  })
  missing!: LifecycleMissing[];
}

@ObjectType({ description: 'A change of stage.' })
export class LifecycleTransition {
  /** The whole of it, which clients do not see. */
  stored!: StoredTransition;

  @Field(() => ID, { description: 'Opaque and permanent.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The stage before; null at the beginning.' })
  from!: string | null;

  @Field(() => String, { description: 'The stage that began.' })
  to!: string;

  @Field({ description: 'When it held from; by time alone stages change at midnight UTC.' })
  occurredAt!: Date;

  @Field(() => TransitionCause, { description: 'What brought it about.' })
  cause!: TransitionCauseName;

  @Field(() => [LifecycleReason], { description: 'The conditions that held then.' })
  reasons!: LifecycleReason[];

  @Field(() => Int, { description: 'The version of the model that decided.' })
  modelVersion!: number;
}

export const LifecycleTransitionConnection = connectionType(
  'LifecycleTransition',
  () => LifecycleTransition,
);

@ObjectType({ description: 'Where a customer stands in their life with the company, and why.' })
export class Lifecycle {
  /** Whose it is; clients see the profile it hangs on. */
  profileId!: ProfileId;

  /** The instant it is told of. */
  asOf!: Date;

  @Field(() => String, { description: 'The name of the model that decided.' })
  model!: string;

  @Field(() => Int, { description: 'The version of that model.' })
  modelVersion!: number;

  @Field(() => String, {
    description:
      'The stage: one of those the model declares. `five-stage` has ACQUISITION, EXPLORATION, ' +
      'GROWTH, MATURITY and CHURN.',
  })
  stage!: string;

  @Field({
    description:
      'Since when: the first event of the day on which the customer brought the stage about, or ' +
      'the midnight (UTC) on which time did.',
  })
  since!: Date;

  @Field(() => [LifecycleReason], {
    description: 'The conditions that put the customer there, as they were at `since`.',
  })
  reasons!: LifecycleReason[];

  @Field(() => Boolean, {
    description: 'Whether the customer does far less than they used to. Never so in CHURN.',
  })
  atRisk!: boolean;

  @Field(() => Date, { nullable: true, description: 'Since when; null where not at risk.' })
  atRiskSince!: Date | null;

  @Field(() => [LifecycleReason], {
    description: 'The conditions that raised the warning, as they were at `atRiskSince`.',
  })
  atRiskReasons!: LifecycleReason[];

  @Field(() => Date, {
    nullable: true,
    description:
      'When stage or warning will change if nothing else happens; null where time alone changes ' +
      'nothing any more.',
  })
  nextEvaluationAt!: Date | null;
}
