import type { Touchpoint } from './customer';
import type { Diary } from './history.diary';
import { identifiersAt } from './history.identifiers';
import { view } from './history.visits';
import { ageAfter, livedDays } from './personas';

/** Small enough to stay in order within a visit, large enough to be another second. */
const MOMENT_DAYS = 0.002;

/** First contact on a channel, and the moment it became known who that was. */
export function discover(diary: Diary, touchpoint: Touchpoint): void {
  const { firstAge, signedInAge, channel } = touchpoint;
  const { phone, signUpAge } = diary.customer;
  if (channel === 'store') {
    const card = identifiersAt(diary.customer, touchpoint, firstAge, false);
    // A till knows the card, and the telephone number where one was given.
    const given = phone === null ? [] : [{ namespace: 'phone', value: phone }];
    diary.add('Signed Up', firstAge, touchpoint, {
      identifiers: [...card, ...given],
      properties: { via: 'store_card' },
    });
  } else if (firstAge !== signedInAge) {
    view(diary, firstAge, touchpoint, false);
  }
  if (signedInAge === null || signedInAge === signUpAge) return;
  diary.add(channel === 'store' ? 'Identify' : 'Signed In', signedInAge, touchpoint, {
    identifiers: identifiersAt(diary.customer, touchpoint, signedInAge, true),
  });
}

/** Registration, with what the customer told of themselves; or an address left, or nothing. */
export function register(diary: Diary): void {
  const { customer, random } = diary;
  const { signUpAge, email, phone, touchpoints } = customer;
  if (signUpAge === null) {
    const [home] = touchpoints;
    if (email === null || home.channel !== 'web' || random.chance(0.4)) return;
    const age = home.firstAge * random.between(0.95, 0.999);
    diary.add('Identify', age, home, {
      identifiers: [
        ...identifiersAt(customer, home, age, false),
        { namespace: 'email', value: email },
      ],
      traits: { email, newsletter: true },
    });
    return;
  }
  const place = touchpoints.find(({ signedInAge }) => signedInAge === signUpAge);
  if (place === undefined) return;
  const identifiers = identifiersAt(customer, place, signUpAge, true);
  diary.add('Signed Up', signUpAge, place, { identifiers, properties: { via: place.channel } });
  const isSubscriber = customer.personaName === 'growing_subscriber';
  diary.add('Identify', signUpAge - MOMENT_DAYS, place, {
    identifiers: [
      ...identifiers,
      ...(email === null ? [] : [{ namespace: 'email', value: email }]),
      ...(phone === null ? [] : [{ namespace: 'phone', value: phone }]),
    ],
    traits: {
      name: customer.name,
      birthday: customer.birthday,
      city: customer.city,
      language: customer.language,
      plan: 'free',
      ...(email === null ? {} : { email }),
      ...(phone === null ? {} : { phone }),
    },
  });
  if (isSubscriber || random.chance(0.08)) {
    const days = livedDays(customer.life) * random.between(0.2, 0.7);
    const age = Math.min(ageAfter(customer.life, days), signUpAge - 2 * MOMENT_DAYS);
    diary.add('Identify', age, place, {
      identifiers: identifiersAt(customer, place, age, true),
      traits: { plan: isSubscriber && random.chance(0.3) ? 'family' : 'plus' },
    });
  }
}
