import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context';
import { toMoney } from '../../platform/graphql/money.type';
import type { Clock } from '../../shared/clock';
import type { Currency } from '../../shared/currency';
import { dayOf, type EpochDay, startOfDay } from '../../shared/days';
import { Profile } from '../identity';
import { type ScorableValue, ValueReads } from './value.reads';
import { type Cutoffs, scoreRfm } from './value.rules';
import type { ValueRow } from './value.store';
import { CustomerValue, type RfmScore } from './value.types';

@Resolver(() => Profile)
export class ValueResolver {
  constructor(
    private readonly reads: ValueReads,
    private readonly currency: Currency,
    private readonly clock: Clock,
  ) {}

  @FieldResolver(() => CustomerValue, { description: 'What the customer is worth.' })
  async value(@Root() profile: Profile, @Ctx() context: RequestContext): Promise<CustomerValue> {
    const value = await context.load(this.reads.valueByProfile, profile.profileId);
    return toCustomerValue(value, this.currency, dayOf(this.clock.now()));
  }
}

function toCustomerValue(
  { row, cutoffs }: ScorableValue,
  currency: Currency,
  today: EpochDay,
): CustomerValue {
  const { orders = 0, revenueMinor = 0, refundMinor = 0, lastOrderDay = null } = row ?? {};
  const meanMinor = Math.round(revenueMinor / orders);
  return {
    tier: row?.tier ?? 'LOW',
    tierSince: row?.tierSince ?? null,
    lifetimeRevenue: toMoney(revenueMinor - refundMinor, currency),
    orders,
    averageOrderValue: orders === 0 ? null : toMoney(meanMinor, currency),
    lastOrderAt: lastOrderDay === null ? null : startOfDay(lastOrderDay),
    rfm: row === null ? null : toRfmScore(row, cutoffs, today),
  };
}

function toRfmScore(row: ValueRow, cutoffs: Cutoffs, today: EpochDay): RfmScore | null {
  const scores = scoreRfm(row, cutoffs, today);
  return scores && { ...scores, orderCount: row.orders };
}
