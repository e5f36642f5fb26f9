import type { IncomingEvent } from '../src/domains/events';
import { type Customer, cookieAt, type Touchpoint } from './customer';

/** What a signed-in customer's event carries. */
export function identifiersAt(
  customer: Customer,
  touchpoint: Touchpoint,
  age: number,
  isSignedIn: boolean,
): IncomingEvent['identifiers'] {
  const { identifiers, userId } = customer;
  const account = isSignedIn && userId !== null ? [{ namespace: 'user_id', value: userId }] : [];
  switch (touchpoint.channel) {
    case 'web':
      return [
        { namespace: 'anonymous_id', value: cookieAt(customer, touchpoint, age) },
        ...account,
      ];
    case 'app':
      return [{ namespace: 'device_id', value: identifiers.device_id }, ...account];
    case 'mini_program':
      // WeChat tells the union id once the customer has agreed to sign in.
      return [
        { namespace: 'wechat_openid', value: identifiers.wechat_openid },
        ...(isSignedIn ? [{ namespace: 'wechat_unionid', value: identifiers.wechat_unionid }] : []),
        ...account,
      ];
    case 'store':
      return [{ namespace: 'member_card', value: identifiers.member_card }, ...account];
  }
}

/** Whether the customer can be signed in there and then. */
export function canBeSignedIn({ signedInAge }: Touchpoint, age: number): boolean {
  return signedInAge !== null && age <= signedInAge;
}
