import type { JsonObject } from '../src/shared/json';
import type { Touchpoint } from './customer';
import type { Diary } from './history.diary';
import { canBeSignedIn, identifiersAt } from './history.identifiers';
import type { DemoEventName } from './history.model';
import { campaigns, products } from './vocabulary';

export function visit(diary: Diary, age: number): void {
  const touchpoint = diary.touchpointAt(age, ({ channel }) => channel !== 'store');
  if (touchpoint === null) {
    const store = diary.touchpointAt(age, () => true);
    if (store !== null) diary.add('Checked In', age, store, { properties: { via: 'store_card' } });
    return;
  }
  view(diary, age, touchpoint, canBeSignedIn(touchpoint, age) && diary.random.chance(0.9));
}

/** A look around: what the channel makes of a visit. */
export function view(diary: Diary, age: number, touchpoint: Touchpoint, isSignedIn: boolean): void {
  const { random, customer } = diary;
  const product = random.pick(products);
  const looks: readonly [DemoEventName, JsonObject] =
    isSignedIn && random.chance(0.2)
      ? ['Signed In', {}]
      : random.chance(0.4)
        ? ['Product Viewed', { product_id: product.id, name: product.name }]
        : touchpoint.channel === 'app'
          ? ['App Opened', {}]
          : ['Page Viewed', { path: '/', campaign: random.pick(campaigns) }];
  const identifiers = identifiersAt(customer, touchpoint, age, isSignedIn);
  diary.add(looks[0], age, touchpoint, {
    identifiers:
      isSignedIn && touchpoint.channel === 'web' && random.chance(0.01)
        ? // What a page sends whose cookie was blocked.
          [{ namespace: 'anonymous_id', value: 'undefined' }, ...identifiers.slice(1)]
        : identifiers,
    properties: looks[1],
  });
}
