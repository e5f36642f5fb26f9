import { dayOf, type EpochDay } from '../../../shared/days';
import type { ActivityDay, DaySums } from '../../activity';
import type { ActivityFit } from './activity-fit';
import { Cadence } from './cadence';
import { DaySeries } from './series';

/** What a company says about measuring time, part of its lifecycle model; and what was learnt. */
export interface Measures {
  /** Stands in for an own cadence that is not known yet. Days, above 0. */
  readonly typicalCadenceDays: number;
  /** Days of activity that follow each other by no more belong to one occasion. Days, from 0. */
  readonly occasionDays: number;
  /** What a customer told counts half after this long. Days, above 0. */
  readonly emotionHalfLifeDays: number;
  /** What activity is predicted by; nothing is while there is none. */
  readonly activityFit?: ActivityFit | null;
}

/**
 * What is kept of each day. A day carries a series where the amount is not 0. All are sums, so that
 * days add up under merges.
 */
const amounts = {
  /** Orders of the day; the days are what "order days" are. */
  orders: (day: DaySums) => day.orders,
  revenue: (day: DaySums) => day.revenueMinor,
  refunds: (day: DaySums) => day.refunds,
  refunded: (day: DaySums) => day.refundMinor,
  content: (day: DaySums) => day.posts + day.comments + day.answers,
  shares: (day: DaySums) => day.shares,
  referrals: (day: DaySums) => day.referralsConverted,
  social: (day: DaySums) =>
    day.posts + day.comments + day.answers + day.likes + day.shares + day.attendances,
  engagement: engagementOf,
  complaints: (day: DaySums) => day.complaints,
  npsAnswers: (day: DaySums) => day.npsAnswers,
  npsNet: (day: DaySums) => day.npsPromoters - day.npsDetractors,
  csatAnswers: (day: DaySums) => day.csatAnswers,
  csatSatisfied: (day: DaySums) => day.csatSatisfied,
  sentiments: (day: DaySums) => day.sentimentCount,
  sentimentMilli: (day: DaySums) => day.sentimentMilli,
} as const satisfies Readonly<Record<string, (day: DaySums) => number>>;

export type SeriesName = keyof typeof amounts | 'active';

const seriesNames = ['active', ...Object.keys(amounts)] as readonly SeriesName[];

const amountsInOrder = Object.entries(amounts).map(
  ([name, amountOf]) => [seriesPlace(name as SeriesName), amountOf] as const,
);

const ACTIVE = seriesPlace('active');

const NOTHING = new DaySeries();

/** Where a series is kept. Facts ask once, and not for every customer. */
export function seriesPlace(name: SeriesName): number {
  return seriesNames.indexOf(name);
}

/**
 * A customer's days up to one instant, moved forward through time: first every `include` up to
 * the instant, then `today`. Nothing is ever taken out again.
 */
export class History {
  today = 0 as EpochDay;
  /** 0 before there is any; so is the last. */
  firstActiveDay = 0 as EpochDay;
  /** Kept at hand: nearly every condition asks for it, and a look into the series is three. */
  lastActiveDay = 0 as EpochDay;
  private readonly known: DaySeries[] = new Array(seriesNames.length).fill(NOTHING);
  private activeCadence = new Cadence();
  private orderCadence = new Cadence();

  constructor(private current: Measures) {}

  /**
   * The customer's history as of an instant.
   * @param days in any order, one entry per day; days that begin after `asOf` are not seen
   */
  static at(days: readonly ActivityDay[], measures: Measures, asOf: Date): History {
    const history = new History(measures);
    for (const day of ascending(days)) {
      if (day.firstAt.getTime() <= asOf.getTime()) history.include(day);
    }
    history.today = dayOf(asOf);
    return history;
  }

  /** To try what a day would change, as often as there is something to try. */
  copy(): History {
    const copy = new History(this.current);
    copy.today = this.today;
    copy.firstActiveDay = this.firstActiveDay;
    copy.lastActiveDay = this.lastActiveDay;
    for (const [place, series] of this.known.entries()) {
      if (series !== NOTHING) copy.known[place] = series.copy();
    }
    copy.activeCadence = this.activeCadence.copy();
    copy.orderCadence = this.orderCadence.copy();
    return copy;
  }

  /** @param day after all that were included before */
  include(day: DaySums): void {
    this.today = day.day;
    if (isActive(day)) {
      if (!this.isBegun) this.firstActiveDay = day.day;
      this.add(ACTIVE, day.day, 1);
      this.lastActiveDay = day.day;
      this.activeCadence.add(day.day, this.current.occasionDays);
    }
    if (day.orders > 0) this.orderCadence.add(day.day, this.current.occasionDays);
    for (const [place, amountOf] of amountsInOrder) {
      const amount = amountOf(day);
      if (amount !== 0) this.add(place, day.day, amount);
    }
  }

  get measures(): Measures {
    return this.current;
  }

  /** Measures all that was included, and what will be, anew. */
  measureBy(measures: Measures): void {
    const isSameOccasion = measures.occasionDays === this.current.occasionDays;
    this.current = measures;
    if (isSameOccasion) return;
    this.activeCadence = this.cadenceOf('active');
    this.orderCadence = this.cadenceOf('orders');
  }

  series(name: SeriesName): DaySeries {
    return this.seriesAt(seriesPlace(name));
  }

  /** @param place see `seriesPlace` */
  seriesAt(place: number): DaySeries {
    return this.known[place] as DaySeries;
  }

  /** The days on which the customer did something. */
  get active(): DaySeries {
    return this.seriesAt(ACTIVE);
  }

  /** Whether the customer has done anything yet. */
  get isBegun(): boolean {
    return this.active !== NOTHING;
  }

  /** How often the customer comes; null while unknown. Days, above 0. */
  get ownCadenceDays(): number | null {
    return this.activeCadence.days;
  }

  /** How often the customer buys; null while unknown. Days, above 0. */
  get ownOrderCadenceDays(): number | null {
    return this.orderCadence.days;
  }

  /** The own cadence, or the typical one. Days, above 0. */
  get cadenceDays(): number {
    return this.activeCadence.days ?? this.measures.typicalCadenceDays;
  }

  private cadenceOf(name: SeriesName): Cadence {
    const cadence = new Cadence();
    const series = this.series(name);
    for (let place = 0; place < series.count; place++) {
      cadence.add(series.dayAt(place), this.current.occasionDays);
    }
    return cadence;
  }

  private add(place: number, day: EpochDay, amount: number): void {
    let series = this.seriesAt(place);
    if (series === NOTHING) {
      series = new DaySeries();
      this.known[place] = series;
    }
    series.add(day, amount);
  }
}

/** The days by time. Those on which only others did something are among them. */
export function ascending(days: readonly ActivityDay[]): readonly ActivityDay[] {
  const sorted = days.every((day, index) => {
    const before = days[index - 1];
    return before === undefined || before.day < day.day;
  });
  return sorted ? days : [...days].sort((left, right) => left.day - right.day);
}

/** Whether the customer did something on that day, and not others for them alone. */
export function isActive(day: DaySums): boolean {
  return day.events > 0;
}

/**
 * How much a day of activity was: 1 for having come, and what was done beside. An order weighs as
 * five visits, something written as three, a word of approval as one.
 */
function engagementOf(day: DaySums): number {
  if (!isActive(day)) return 0;
  return (
    1 +
    5 * day.orders +
    3 * (day.posts + day.comments + day.answers + day.attendances) +
    2 * day.shares +
    day.likes +
    day.checkIns
  );
}
