import { Field, Int, ObjectType } from 'type-graphql';
import { describedEnum } from '../../platform/graphql/described-enum';
import { Money } from '../../platform/graphql/money.type';
import type { RfmSegment, Tier } from './value.rules';

export const ValueTier = describedEnum<Tier>({
  name: 'ValueTier',
  description:
    'What a customer is worth: by revenue less refunds of the last 365 days, among the customers ' +
    'with an order in that time.',
  values: {
    HIGH: 'The upper fifth, as of the last calibration.',
    MID: 'The next three tenths.',
    LOW: 'Everybody else.',
  },
});

export type ValueTier = Tier;

const RfmSegmentName = describedEnum<RfmSegment>({
  name: 'RfmSegment',
  description: 'The segment of a recency (R) and a frequency (F) score; every pair is in one.',
  values: {
    CHAMPIONS: 'Ordered lately and very often: R 5, F 4 or 5.',
    LOYAL: 'Order often: R 3 or 4, F 4 or 5.',
    POTENTIAL_LOYALIST: 'Ordered lately, and more than once: R 4 or 5, F 2 or 3.',
    NEW: 'First ordered just now: R 5, F 1.',
    PROMISING: 'First ordered not long ago: R 4, F 1.',
    NEEDS_ATTENTION: 'In the middle in both: R 3, F 3.',
    ABOUT_TO_SLEEP: 'Seldom ordered, and not lately: R 3, F 1 or 2.',
    AT_RISK: 'Used to order often, long ago: R 1 or 2, F 3 or 4.',
    CANT_LOSE_THEM: 'Used to order most often, long ago: R 1 or 2, F 5.',
    HIBERNATING: 'Seldom ordered, long ago: R 1 or 2, F 1 or 2.',
  },
});

@ObjectType({
  description:
    'Recency, frequency and monetary scores, 1 to 5 with 5 the best, as of now: fifths of the ' +
    'customers with an order, as of the last calibration. Equal values always score equal.',
})
export class RfmScore {
  @Field(() => Int, { description: 'How lately the customer ordered.' })
  recency!: number;

  @Field(() => Int, { description: 'How many orders the customer has placed.' })
  frequency!: number;

  @Field(() => Int, { description: 'How much the customer has spent, less refunds.' })
  monetary!: number;

  @Field(() => RfmSegmentName, { description: 'The segment of recency and frequency.' })
  segment!: RfmSegment;

  @Field(() => Int, { description: 'Days (UTC) since the last day with an order.' })
  recencyDays!: number;

  @Field(() => Int, { description: 'Orders of all time.' })
  orderCount!: number;
}

@ObjectType({ description: 'What a customer is worth to the company.' })
export class CustomerValue {
  @Field(() => ValueTier, { description: 'The tier. LOW for whoever has not ordered yet.' })
  tier!: ValueTier;

  @Field(() => Date, {
    nullable: true,
    description:
      'Since when the orders amount to this tier under the cut-offs in force; null for whoever ' +
      'has not done anything yet.',
  })
  tierSince!: Date | null;

  @Field(() => Money, { description: 'All orders of all time, less refunds.' })
  lifetimeRevenue!: Money;

  @Field(() => Int, { description: 'Orders of all time.' })
  orders!: number;

  @Field(() => Money, {
    nullable: true,
    description: 'The mean order, before refunds, rounded to the minor unit; null without orders.',
  })
  averageOrderValue!: Money | null;

  @Field(() => Date, {
    nullable: true,
    description: 'The day (UTC) of the last order, as its first instant; null without orders.',
  })
  lastOrderAt!: Date | null;

  @Field(() => RfmScore, { nullable: true, description: 'Null before the first order.' })
  rfm!: RfmScore | null;
}
