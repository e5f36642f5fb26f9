import type { IncomingEvent } from '../src/domains/events';
import type { JsonObject } from '../src/shared/json';
import { type Channel, type Customer, cookieAt, type Touchpoint } from './customer';
import { ageAfter, livedDays, type Phase } from './personas';
import type { Random } from './random';
import {
  campaigns,
  comments,
  complaints,
  type Feeling,
  farewells,
  gatherings,
  postTitles,
  products,
  suggestions,
} from './vocabulary';

/** Every event name the demo data uses. */
export const demoEventNames = [
  'Page Viewed',
  'Product Viewed',
  'App Opened',
  'Identify',
  'Signed Up',
  'Signed In',
  'Order Completed',
  'Order Refunded',
  'Post Created',
  'Comment Created',
  'Answer Created',
  'Content Liked',
  'Content Shared',
  'Product Shared',
  'Event Attended',
  'Checked In',
  'Feedback Submitted',
  'Referral Claimed',
] as const;

export type DemoEventName = (typeof demoEventNames)[number];

/** An event before it has a time and an id. */
export interface DraftEvent {
  /** Days before now. */
  readonly age: number;
  readonly name: DemoEventName;
  readonly channel: Channel;
  readonly identifiers: IncomingEvent['identifiers'];
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
}

/** A customer with what they did. */
export interface Story {
  readonly customer: Customer;
  /** Oldest first. */
  readonly events: readonly DraftEvent[];
}

const DAYS_PER_MONTH = 30.44;
/** Small enough to stay in order within a visit, large enough to be another second. */
const MOMENT_DAYS = 0.002;

/** Everything one customer did, oldest first. */
export function drawHistory(random: Random, customer: Customer, currency: string): DraftEvent[] {
  const history = new History(random, customer, currency);
  for (const touchpoint of customer.touchpoints) history.discover(touchpoint);
  history.register();
  for (const phase of customer.life.phases) history.live(phase);
  for (const age of customer.life.orderAges) history.order(age);
  history.sayFarewell();
  return history.events.sort((left, right) => right.age - left.age);
}

/** The age of the first order; null where there is none. */
export function firstOrderAge(events: readonly DraftEvent[]): number | null {
  return events.find(({ name }) => name === 'Order Completed')?.age ?? null;
}

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
function canBeSignedIn({ signedInAge }: Touchpoint, age: number): boolean {
  return signedInAge !== null && age <= signedInAge;
}

class History {
  readonly events: DraftEvent[] = [];
  private orderCount = 0;
  private postCount = 0;

  constructor(
    private readonly random: Random,
    private readonly customer: Customer,
    private readonly currency: string,
  ) {}

  /** First contact on a channel, and the moment it became known who that was. */
  discover(touchpoint: Touchpoint): void {
    const { firstAge, signedInAge, channel } = touchpoint;
    const { phone, signUpAge } = this.customer;
    if (channel === 'store') {
      const card = identifiersAt(this.customer, touchpoint, firstAge, false);
      // A till knows the card, and the telephone number where one was given.
      const given = phone === null ? [] : [{ namespace: 'phone', value: phone }];
      this.add('Signed Up', firstAge, touchpoint, {
        identifiers: [...card, ...given],
        properties: { via: 'store_card' },
      });
    } else if (firstAge !== signedInAge) {
      this.view(firstAge, touchpoint, false);
    }
    if (signedInAge === null || signedInAge === signUpAge) return;
    this.add(channel === 'store' ? 'Identify' : 'Signed In', signedInAge, touchpoint, {
      identifiers: identifiersAt(this.customer, touchpoint, signedInAge, true),
    });
  }

  /** Registration, with what the customer told of themselves; or an address left, or nothing. */
  register(): void {
    const { customer, random } = this;
    const { signUpAge, email, phone, touchpoints } = customer;
    if (signUpAge === null) {
      const [home] = touchpoints;
      if (email === null || home.channel !== 'web' || random.chance(0.4)) return;
      const age = home.firstAge * random.between(0.95, 0.999);
      this.add('Identify', age, home, {
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
    this.add('Signed Up', signUpAge, place, { identifiers, properties: { via: place.channel } });
    const isSubscriber = customer.personaName === 'growing_subscriber';
    this.add('Identify', signUpAge - MOMENT_DAYS, place, {
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
      this.add('Identify', age, place, {
        identifiers: identifiersAt(customer, place, age, true),
        traits: { plan: isSubscriber && random.chance(0.3) ? 'family' : 'plus' },
      });
    }
  }

  live(phase: Phase): void {
    const { eagerness } = this.customer;
    this.arrivals(phase, phase.visits * eagerness, (age) => this.visit(age));
    this.arrivals(phase, phase.orders * eagerness, (age) => this.order(age));
    this.arrivals(phase, phase.community * eagerness, (age) => this.takePart(age));
    this.arrivals(phase, phase.feedback, (age) => this.answer(age, phase.mood));
    this.arrivals(phase, phase.complaints, (age) => this.complain(age));
  }

  visit(age: number): void {
    const touchpoint = this.touchpointAt(age, ({ channel }) => channel !== 'store');
    if (touchpoint === null) {
      const store = this.touchpointAt(age, () => true);
      if (store !== null) this.add('Checked In', age, store, { properties: { via: 'store_card' } });
      return;
    }
    this.view(age, touchpoint, canBeSignedIn(touchpoint, age) && this.random.chance(0.9));
  }

  order(age: number): void {
    const { random, customer, currency } = this;
    const touchpoint = this.touchpointAt(age, () => true);
    if (touchpoint === null) return;
    this.orderCount += 1;
    const orderId = `${customer.key}-${String(this.orderCount).padStart(3, '0')}`;
    const isBargain = customer.personaName === 'bargain_hunter';
    const revenueMinor = Math.max(
      199,
      Math.round(random.logNormal(customer.orderMedianMinor, 0.45)),
    );
    const isGuest = !canBeSignedIn(touchpoint, age) && customer.email !== null;
    this.add('Order Completed', age, touchpoint, {
      identifiers: [
        ...this.usualIdentifiers(touchpoint, age),
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
    this.add('Order Refunded', returnAge, touchpoint, {
      properties: {
        order_id: orderId,
        total: Math.round(revenueMinor * (isWhole ? 1 : random.between(0.2, 0.7))) / 100,
        currency,
      },
    });
  }

  takePart(age: number): void {
    const { random, customer } = this;
    const touchpoint = this.touchpointAt(
      age,
      (place) => place.channel !== 'store' && canBeSignedIn(place, age),
    );
    if (touchpoint === null) return;
    const name = random.weighted<DemoEventName>([
      ['Content Liked', 30],
      ['Comment Created', 20],
      ['Checked In', 14],
      ['Post Created', 12],
      ['Content Shared', 8],
      ['Product Shared', 6],
      ['Answer Created', 6],
      ['Event Attended', 4],
    ]);
    this.add(name, age, touchpoint, { properties: this.communityProperties(name) });
    if (name === 'Post Created' && customer.personaName === 'community_voice') {
      const replyAge = age - random.between(0.1, 2);
      if (replyAge > 0) {
        this.add('Comment Created', replyAge, touchpoint, {
          properties: { content_id: `${customer.key}-post-${this.postCount}` },
        });
      }
    }
  }

  /** An answer to a survey, or a review. */
  answer(age: number, mood: number): void {
    const { random, customer } = this;
    const touchpoint = this.touchpointAt(age, () => true);
    if (touchpoint === null) return;
    const contentment = clamp(mood + 0.3 * random.normal(), -1, 1);
    const words = comments[customer.language][feelingOf(contentment)];
    const kind = random.weighted([
      ['NPS', 40],
      ['REVIEW', 25],
      ['CSAT', 18],
      ['CES', 9],
      ['SUGGESTION', 8],
    ]);
    const score = scoreOf(kind, contentment);
    const comment =
      kind === 'SUGGESTION'
        ? random.pick(suggestions[customer.language])
        : kind === 'REVIEW' || random.chance(0.6)
          ? random.pick(words)
          : null;
    this.feedback(age, touchpoint, kind, { score, comment, sentiment: contentment });
  }

  complain(age: number): void {
    const touchpoint = this.touchpointAt(age, () => true);
    if (touchpoint === null) return;
    this.feedback(age, touchpoint, 'COMPLAINT', {
      score: null,
      comment: this.random.pick(complaints[this.customer.language]),
      sentiment: this.random.between(-1, -0.5),
    });
  }

  sayFarewell(): void {
    const age = this.customer.life.exitSurveyAge;
    const touchpoint = age === null ? null : this.touchpointAt(age, () => true);
    if (age === null || touchpoint === null) return;
    this.feedback(age, touchpoint, 'EXIT_SURVEY', {
      score: null,
      comment: this.random.pick(farewells[this.customer.language]),
      sentiment: this.random.between(-0.8, -0.1),
    });
  }

  private feedback(
    age: number,
    touchpoint: Touchpoint,
    kind: string,
    told: { score: number | null; comment: string | null; sentiment: number },
  ): void {
    this.add('Feedback Submitted', age, touchpoint, {
      properties: {
        kind,
        ...(told.score === null ? {} : { score: told.score }),
        ...(told.comment === null
          ? {}
          : { comment: told.comment, sentiment: Math.round(told.sentiment * 100) / 100 }),
      },
    });
  }

  /** A look around: what the channel makes of a visit. */
  private view(age: number, touchpoint: Touchpoint, isSignedIn: boolean): void {
    const { random, customer } = this;
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
    this.add(looks[0], age, touchpoint, {
      identifiers:
        isSignedIn && touchpoint.channel === 'web' && random.chance(0.01)
          ? // What a page sends whose cookie was blocked.
            [{ namespace: 'anonymous_id', value: 'undefined' }, ...identifiers.slice(1)]
          : identifiers,
      properties: looks[1],
    });
  }

  /** Calls `happen` at the ages of a renewal process; the rate is per month. */
  private arrivals(phase: Phase, perMonth: number, happen: (age: number) => void): void {
    if (perMonth <= 0) return;
    const meanGapDays = DAYS_PER_MONTH / perMonth;
    const gap = () => this.random.erlang(phase.regularity, meanGapDays);
    for (let age = phase.fromAge - gap(); age > phase.toAge; age -= gap()) happen(age);
  }

  /** A channel in use by then that fits, the one they came by more often; null where none does. */
  private touchpointAt(age: number, fits: (touchpoint: Touchpoint) => boolean): Touchpoint | null {
    const [home] = this.customer.touchpoints;
    const [first, ...others] = this.customer.touchpoints
      .filter((touchpoint) => touchpoint.firstAge >= age && fits(touchpoint))
      .map((touchpoint) => [touchpoint, touchpoint === home ? 2 : 1] as const);
    return first === undefined ? null : this.random.weighted<Touchpoint>([first, ...others]);
  }

  /** Signed in where that is possible; a till reads the card and nothing else. */
  private usualIdentifiers(touchpoint: Touchpoint, age: number): IncomingEvent['identifiers'] {
    const isSignedIn = touchpoint.channel !== 'store' && canBeSignedIn(touchpoint, age);
    return identifiersAt(this.customer, touchpoint, age, isSignedIn);
  }

  private add(
    name: DemoEventName,
    age: number,
    touchpoint: Touchpoint,
    event: Partial<Pick<DraftEvent, 'identifiers' | 'properties' | 'traits'>>,
  ): void {
    const identifiers = event.identifiers ?? this.usualIdentifiers(touchpoint, age);
    this.events.push({ ...event, age, name, channel: touchpoint.channel, identifiers });
  }

  private basket(revenueMinor: number): JsonObject[] {
    const { random } = this;
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

  private communityProperties(name: DemoEventName): JsonObject {
    const { random, customer } = this;
    switch (name) {
      case 'Post Created':
        this.postCount += 1;
        return {
          content_id: `${customer.key}-post-${this.postCount}`,
          title: random.pick(postTitles[customer.language]),
        };
      case 'Product Shared':
        return { product_id: random.pick(products).id, share_via: random.pick(['wechat', 'link']) };
      case 'Event Attended':
        return { event: random.pick(gatherings) };
      case 'Checked In':
        return { via: 'daily' };
      default:
        return { content_id: `thread-${random.integer(1, 400)}` };
    }
  }
}

function feelingOf(contentment: number): Feeling {
  if (contentment > 0.3) return 'glad';
  return contentment < -0.2 ? 'angry' : 'neutral';
}

/** The score somebody so content gives, on the scale of the survey; null where it has none. */
function scoreOf(kind: string, contentment: number): number | null {
  const scales: Readonly<
    Record<string, readonly [middle: number, reach: number, min: number, max: number]>
  > = {
    NPS: [6.8, 3.4, 0, 10],
    CSAT: [3.2, 1.9, 1, 5],
    CES: [4.5, 2.6, 1, 7],
    REVIEW: [3.2, 1.9, 1, 5],
  };
  const scale = scales[kind];
  if (scale === undefined) return null;
  const [middle, reach, min, max] = scale;
  return clamp(Math.round(middle + reach * contentment), min, max);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
