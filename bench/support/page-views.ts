import type { Random } from '../../seeds/random';
import { uuidSource } from '../../src/shared/ids';

/** One event in so many names an identifier that nobody has named before. */
const NEW_IDENTIFIER_EVERY = 10;

/** A page view of about 500 bytes, as a Segment SDK sends it. */
export interface PageView {
  readonly type: 'track';
  readonly event: string;
  readonly messageId: string;
  readonly timestamp: string;
  readonly userId: string;
  readonly anonymousId?: string;
  readonly properties: Readonly<Record<string, string>>;
}

export function userIdOf(customer: number): string {
  return `customer-${customer}`;
}

/** Page views of customers drawn evenly, so that batches share some of them as they do in life. */
export function drawPageViews(count: number, customers: number, random: Random): PageView[] {
  const timestamp = new Date().toISOString();
  return Array.from({ length: count }, (_, index) => {
    const customer = random.integer(0, customers - 1);
    const properties = productProperties(random.integer(1, 99_999));
    const isNew = index % NEW_IDENTIFIER_EVERY === 0;
    return {
      type: 'track',
      event: 'Product Viewed',
      messageId: uuidSource.next<string>(),
      timestamp,
      userId: userIdOf(customer),
      ...(isNew ? { anonymousId: uuidSource.next<string>() } : {}),
      properties,
    };
  });
}

/** What a page says of the product that is looked at. */
export function productProperties(product: number): Readonly<Record<string, string>> {
  return {
    product_id: `product-${product}`,
    name: `A product that somebody looked at, number ${product}`,
    category: 'Clothing and shoes for every day of the year',
    url: `https://shop.example.com/products/${product}?utm_source=newsletter`,
    referrer: 'https://www.search.example.com/results?q=clothing+and+shoes',
    currency: 'USD',
  };
}
