import type { Story } from './history.model';
import type { PersonaName } from './personas';
import type { DemoReferral, ShowcaseEntry } from './population.model';

/** The same people in every population of a seed: the clearest case of each kind. */
export function chooseShowcase(
  stories: readonly Story[],
  referrals: readonly DemoReferral[],
): readonly ShowcaseEntry[] {
  const invited = countBy(referrals, ({ referrerUserId }) => referrerUserId);
  const chosen = new Set<string>();
  return candidates(invited).flatMap(({ persona, score, title, look }) => {
    const [best] = stories
      .filter(
        ({ customer: { userId, personaName } }) =>
          userId !== null && !chosen.has(userId) && (persona === null || personaName === persona),
      )
      .map((story) => ({ story, points: score(story) }))
      .sort((left, right) => right.points - left.points);
    if (best === undefined || best.points <= 0 || best.story.customer.userId === null) return [];
    const { userId, name } = best.story.customer;
    chosen.add(userId);
    return [{ userId, name, title, look }];
  });
}

interface Candidates {
  /** Null for anybody. */
  readonly persona: PersonaName | null;
  /** The highest above zero is chosen. */
  readonly score: (story: Story) => number;
  readonly title: string;
  readonly look: string;
}

function candidates(invited: ReadonlyMap<string, number>): readonly Candidates[] {
  return [
    {
      persona: 'loyal_regular',
      score: (story) => (isKeepingUp(story) ? revenue(story) : 0),
      title: 'champion',
      look: 'the highest spender of the regulars who keep it up: maturity, top tiers, a large balance',
    },
    {
      persona: 'community_voice',
      score: ({ customer }) => invited.get(customer.userId ?? '') ?? 0,
      title: 'community voice',
      look: 'posts, answers, a code that brought the most friends, and points for it',
    },
    {
      persona: null,
      score: mergedChannels,
      title: 'merged from many channels',
      look: 'channels that were strangers to each other for weeks, until they signed in on each',
    },
    {
      persona: 'growing_subscriber',
      score: ({ events }) => count(events, 'Order Completed'),
      title: 'growing subscriber',
      look: 'orders and visits rise from month to month, the plan was upgraded',
    },
    {
      persona: 'at_risk',
      score: ({ events }) =>
        events.filter(({ age }) => age > 80 && age < 260).length -
        20 * events.filter(({ age }) => age < 35).length,
      title: 'at risk',
      look: 'a regular whose activity has fallen by far more than 30 %',
    },
    {
      persona: 'churned',
      score: (story) =>
        story.events.length *
        Math.min(1, feedbackOf(story, 'EXIT_SURVEY')) *
        feedbackOf(story, 'COMPLAINT'),
      title: 'churned',
      look: 'complaints, an exit survey, then silence',
    },
    {
      persona: 'resurrected',
      score: ({ events }) => count(events, 'Order Completed'),
      title: 'resurrected',
      look: 'half a year of nothing between two lives; bought again this month',
    },
    {
      persona: 'detractor',
      score: (story) =>
        Math.min(1, lowScores(story)) *
        (feedbackOf(story, 'COMPLAINT') + count(story.events, 'Order Refunded')),
      title: 'detractor',
      look: 'low NPS, complaints, orders sent back; and yet a customer',
    },
    {
      persona: 'brand_new',
      score: ({ events }) => count(events, 'Order Completed') * events.length,
      title: 'brand new',
      look: 'first seen this week and has bought already: acquisition',
    },
    {
      persona: 'bargain_hunter',
      score: ({ events }) => count(events, 'Order Completed') / events.length,
      title: 'bargain hunter',
      look: 'one order with a coupon, then nothing',
    },
    {
      persona: 'silent_prospect',
      score: ({ events }) => events.length,
      title: 'silent prospect',
      look: 'registered and looked around, never bought',
    },
  ];
}

function revenue({ events }: Story): number {
  return events.reduce((sum, { properties }) => sum + Number(properties?.['revenue'] ?? 0), 0);
}

/** Whether the last month and the last quarter saw no less of the customer than those before. */
function isKeepingUp({ events }: Story): boolean {
  return [30, 90].every(
    (days) => activeDays(events, 0, days) >= activeDays(events, days, 2 * days),
  );
}

function activeDays(events: Story['events'], youngest: number, oldest: number): number {
  const days = events
    .filter(({ age }) => age >= youngest && age < oldest)
    .map(({ age }) => Math.floor(age));
  return new Set(days).size;
}

/**
 * First by the channels that were used unrecognised for two weeks or longer and then turned out
 * to be theirs (two are enough to show it), then by how many channels and events there are.
 */
function mergedChannels({ customer: { touchpoints }, events }: Story): number {
  const merged = touchpoints.filter(
    ({ firstAge, signedInAge }) => signedInAge !== null && firstAge - signedInAge > 14,
  );
  return merged.length === 0
    ? 0
    : Math.min(2, merged.length) * 10_000 + touchpoints.length * 1_000 + events.length;
}

/** NPS answers of 0 to 6. */
function lowScores({ events }: Story): number {
  return events.filter(
    ({ properties }) => properties?.['kind'] === 'NPS' && Number(properties['score']) <= 6,
  ).length;
}

function feedbackOf({ events }: Story, kind: string): number {
  return events.filter(({ properties }) => properties?.['kind'] === kind).length;
}

function count(events: Story['events'], name: string): number {
  return events.filter((event) => event.name === name).length;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
