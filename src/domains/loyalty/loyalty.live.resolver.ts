import { Resolver, Root, Subscription } from 'type-graphql';
import { requestOf } from '../../platform/graphql/subscriptions/sources';
import { LoyaltyAccount } from './loyalty.types';

@Resolver()
export class LoyaltyLiveResolver {
  @Subscription(() => LoyaltyAccount, {
    nullable: true,
    topics: 'loyaltyBalanceChanged',
    topicId: requestOf,
    description:
      "The customer's own points and membership tier, for a customer's own token: at once as " +
      'they are, and then after each change. Null before any event.',
  })
  loyaltyBalanceChanged(@Root() account: LoyaltyAccount | null): LoyaltyAccount | null {
    return account;
  }
}
