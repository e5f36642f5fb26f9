import { Field, Float, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../../../platform/graphql/connection';
import { describedEnum } from '../../../platform/graphql/described-enum';
import { Money } from '../../../platform/graphql/money.type';
import { LifecycleStageFlow } from './flow.types';
import type { PeriodLength } from './goals.periods.rules';

export const LifecyclePeriodLength = describedEnum<PeriodLength>({
  name: 'LifecyclePeriodLength',
  description: 'How long a period of goals is.',
  values: {
    WEEK: 'An ISO week: Monday to Sunday, UTC.',
    MONTH: 'A calendar month, UTC.',
  },
});

@ObjectType({
  description:
    'What became of a stage in a period. Parts are 0 … 1, and null where there is nobody to divide ' +
    'by. Unless it says otherwise, a number tells of the customers who were in the stage at the ' +
    'beginning of the period, wherever they went in it.',
})
export class LifecycleStageGoals extends LifecycleStageFlow {
  @Field(() => Int, { description: 'Those who were in the stage at the end as well.' })
  remained!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Median length in whole days of the stays in the stage that ended in the period, by what the ' +
      'customers did or by time. Of two in the middle the shorter.',
  })
  medianStayDays!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Conversion onward: the part who came to a later stage of the model, other than a lost one, ' +
      'and other than by a change of the model. Null for a stage with none to convert to.',
  })
  conversionRate!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The part who came to a lost stage, other than by a change of the model, whether or not they ' +
      'came back. Null for a lost stage.',
  })
  churnRate!: number | null;

  @Field(() => Int, { description: 'Those who had ordered before the period.' })
  buyersAtBegin!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Of those who had ordered before the period, the part who ordered in it.',
  })
  repurchaseRate!: number | null;

  @Field(() => Money, { description: 'Their revenue of the period, less refunds.' })
  revenue!: Money;

  @Field(() => Money, {
    nullable: true,
    description: 'Average revenue per user: `revenue` divided by `sizeAtBegin`.',
  })
  arpu!: Money | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Net promoter score of the answers they gave in the period: promoters less detractors per ' +
      'hundred answers, -100 … 100.',
  })
  nps!: number | null;

  @Field(() => Int, { description: 'How many answers the NPS is made of.' })
  npsAnswers!: number;
}

@ObjectType({ description: 'A week or a month, and what became of the stages in it.' })
export class LifecycleGoalPeriod {
  @Field(() => Date, { description: 'The first instant.' })
  since!: Date;

  @Field(() => Date, { description: 'The first instant of the next period.' })
  until!: Date;

  @Field(() => Boolean, {
    description:
      'Whether it had ended at `knownAt`. What arrives late can change a complete period, too.',
  })
  isComplete!: boolean;

  @Field(() => Date, { description: 'It is told as it was known then.' })
  knownAt!: Date;

  @Field(() => [LifecycleStageGoals], {
    description: 'The stages asked for, in the order of a life.',
  })
  stages!: LifecycleStageGoals[];
}

export const LifecycleGoalPeriodConnection = connectionType(
  'LifecycleGoalPeriod',
  () => LifecycleGoalPeriod,
);
