import { Field, InputType } from 'type-graphql';
import { countedConnectionType } from '../../platform/graphql/connection';
import { describedEnum } from '../../platform/graphql/described-enum';
import { Int64 } from '../../platform/graphql/int64.scalar';
import { Profile } from '../identity';
import { ValueTier } from '../value';
import type { ListOrder } from './directory.lists.rules';

export const ProfileOrderBy = describedEnum<ListOrder>({
  name: 'ProfileOrderBy',
  description: 'What profiles are listed by. Each goes with conditions of its own.',
  values: {
    CREATED:
      'When Perennial first heard of them. Goes with `stage`, `atRisk`, `tier` and ' +
      '`membershipTier`, or with `createdSince` and `createdUntil`.',
    STAGE_SINCE:
      'Since when they are in their stage. Goes with `stage` and `stageSince`. Without whoever has ' +
      'not done anything yet.',
    AT_RISK_SINCE:
      'Since when they are at risk: only those who are. Goes with `atRisk: true` and `atRiskSince`.',
    LIFETIME_REVENUE:
      'All their orders less refunds. Goes with `tier` and `lifetimeRevenueMin`. Without whoever ' +
      'has not done anything yet.',
    POINTS_BALANCE:
      'Their points, as they are posted: what has expired counts until the expiry is posted. Goes ' +
      'with `membershipTier` and `pointsBalanceMin`. Without whoever never had any.',
  },
});

export const OrderDirection = describedEnum<'ASC' | 'DESC'>({
  name: 'OrderDirection',
  description: 'Which end of an order a list begins at.',
  values: {
    ASC: 'The earliest or least first.',
    DESC: 'The latest or most first.',
  },
});

export type OrderDirection = keyof typeof OrderDirection;

@InputType({ description: 'In which order profiles are listed.' })
export class ProfileOrder {
  @Field(() => ProfileOrderBy, { description: 'What by.' })
  by!: ListOrder;

  @Field(() => OrderDirection, { defaultValue: 'DESC', description: 'From which end.' })
  direction!: OrderDirection;
}

@InputType({
  description:
    'Which profiles to list; every condition given must hold. Each order goes with some of the ' +
    'conditions (see `ProfileOrderBy`), those that an index serves together with it; others are ' +
    'refused.',
})
export class ProfileFilter {
  @Field(() => String, {
    nullable: true,
    description: 'In this stage of the lifecycle model, e.g. `CHURN`.',
  })
  stage?: string | null;

  @Field(() => ValueTier, { nullable: true, description: 'In this value tier.' })
  tier?: ValueTier | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the customer shows signs of leaving.',
  })
  atRisk?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The lifecycle model by which stage and risk are told; the default one where left out.',
  })
  model?: string | null;

  @Field(() => String, { nullable: true, description: 'On this membership tier, e.g. `GOLD`.' })
  membershipTier?: string | null;

  @Field(() => Date, { nullable: true, description: 'First heard of then or later.' })
  createdSince?: Date | null;

  @Field(() => Date, { nullable: true, description: 'First heard of before this.' })
  createdUntil?: Date | null;

  @Field(() => Date, { nullable: true, description: 'In their stage since then or later.' })
  stageSince?: Date | null;

  @Field(() => Date, { nullable: true, description: 'At risk since then or later.' })
  atRiskSince?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      "A lifetime revenue of so much at least: decimal, in the company's currency, e.g. `19.90`.",
  })
  lifetimeRevenueMin?: string | null;

  @Field(() => Int64, { nullable: true, description: 'So many points at least.' })
  pointsBalanceMin?: bigint | null;
}

export const ProfileConnection = countedConnectionType('Profile', () => Profile);
