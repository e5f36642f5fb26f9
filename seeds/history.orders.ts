import type { JsonObject } from '../src/shared/json';
import type { Diary } from './history.diary';
import { canBeSignedIn } from './history.identifiers';
import { products } from './vocabulary';

/** What a customer buys, and what they send back. */
export class Orders {
  private orderCount = 0;

  constructor(
    private readonly diary: Diary,
    private readonly currency: string,
  ) {}

  order(age: number): void {
    const { diary, currency } = this;
    const { random, customer } = diary;
    const touchpoint = diary.touchpointAt(age, () => true);
    if (touchpoint === null) return;
    this.orderCount += 1;
    const orderId = `${customer.key}-${String(this.orderCount).padStart(3, '0')}`;
    const isBargain = customer.personaName === 'bargain_hunter';
    const revenueMinor = Math.max(
      199,
      Math.round(random.logNormal(customer.orderMedianMinor, 0.45)),
    );
    const isGuest = !canBeSignedIn(touchpoint, age) && customer.email !== null;
    diary.add('Order Completed', age, touchpoint, {
      identifiers: [
        ...diary.usualIdentifiers(touchpoint, age),
        // A guest leaves an address for the receipt.
        ...(isGuest && touchpoint.channel === 'web' && customer.email !== null
          ? [{ namespace: 'email', value: customer.email }]
          : []),
      ],
      properties: {
        order_id: orderId,
        revenue: revenueMinor / 100,
        currency,
        products: this.basket(revenueMinor),
        ...(isBargain ? { coupon: `SAVE${random.pick([20, 30, 40])}` } : {}),
      },
    });
    const returnAge = age - random.between(3, 14);
    if (returnAge <= 0 || !random.chance(customer.persona.refundShare)) return;
    const isWhole = random.chance(0.7);
    diary.add('Order Refunded', returnAge, touchpoint, {
      properties: {
        order_id: orderId,
        total: Math.round(revenueMinor * (isWhole ? 1 : random.between(0.2, 0.7))) / 100,
        currency,
      },
    });
  }

  private basket(revenueMinor: number): JsonObject[] {
    const { random } = this.diary;
    const lines = random.integer(1, 3);
    let leftMinor = revenueMinor;
    return Array.from({ length: lines }, (_, index) => {
      const isLast = index === lines - 1;
      const priceMinor = isLast ? leftMinor : Math.round(leftMinor * random.between(0.2, 0.6));
      leftMinor -= priceMinor;
      const { id, name, category } = random.pick(products);
      return { product_id: id, name, category, price: priceMinor / 100, quantity: 1 };
    });
  }
}
