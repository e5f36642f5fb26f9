import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { statementsDuring } from '../support/statements';

const api = useApi();

const FACTS = `id createdAt firstSeenAt lastSeenAt displayName traits
  identifiers { namespace value firstSeenAt }
  consents { purpose status }
  lifecycle { stage since reasons { fact value threshold } atRisk }
  value { tier rfm { recency frequency monetary segment } lifetimeRevenue { amount } }
  loyalty { balance tier lots(first: 2) { edges { node { points } } } transactions(first: 3) { edges { node { id points } } } expiring { points } }
  community { score recent { posts } }
  referrals { code invited referrals(first: 3) { edges { node { status } } } }
  mergedFrom { id }
  feedback(first: 3) { edges { node { kind } } }
  events(first: 5) { edges { node { name occurredAt } } pageInfo { hasNextPage } }`;

const OF_ONE = 'query ($who: IdentifierInput!)';
const BY_IDENTIFIER = 'profileByIdentifier(identifier: $who)';

/** Statements at most, whatever is known of the customers and however many there are. */
const shapes: readonly (readonly [name: string, query: string, statements: number])[] = [
  ['nothing but an id', `${OF_ONE} { ${BY_IDENTIFIER} { id } }`, 1],
  ['one fact', `${OF_ONE} { ${BY_IDENTIFIER} { lifecycle { stage } } }`, 1],
  ['everything of one', `${OF_ONE} { ${BY_IDENTIFIER} { ${FACTS} } }`, 1],
  ['everything of a page', `{ profiles(first: 10) { edges { node { ${FACTS} } } } }`, 2],
  [
    'facts under other names',
    `${OF_ONE} { a: ${BY_IDENTIFIER} { l: lifecycle { s: stage } few: events(first: 1) { edges { node { name } } }
       more: events(first: 7) { edges { node { name } } } } }`,
    1,
  ],
  [
    'facts in fragments',
    `${OF_ONE} { ${BY_IDENTIFIER} { ...most ... on Profile { loyalty { balance } } } }
     fragment most on Profile { value { tier } ...more } fragment more on Profile { community { score } }`,
    1,
  ],
  [
    'facts left out by directives',
    `query ($who: IdentifierInput!, $no: Boolean = false) { ${BY_IDENTIFIER} { loyalty @include(if: $no) { balance }
       value @skip(if: true) { tier } lifecycle { stage } } }`,
    1,
  ],
  [
    'several profiles at once',
    `${OF_ONE} { ${BY_IDENTIFIER} { ${FACTS} } b: profileByIdentifier(identifier: { namespace: "user_id", value: "c2" }) { ${FACTS} } }`,
    1,
  ],
  [
    'what changes by the day',
    `${OF_ONE} { ${BY_IDENTIFIER} { lifecycle { churnRisk scores { value { score } } history { edges { node { to } } } } } }`,
    2,
  ],
];

beforeAll(async () => {
  const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
  await recordEvents(
    api,
    names.map((name) => order(name, 10)),
  );
  await recordEvents(
    api,
    names.map((name) => ({ name: 'Page Viewed', identifiers: [userIdentifier(name)] })),
  );
  await newProfile(api, 'lonely');
});

it('says the same of what is read together as of what is read alone', async () => {
  const query = `{ profiles(first: 10) { edges { node { ${FACTS} } } } }`;
  const counts: number[] = [];
  const answers: unknown[] = [];
  // Nobody has asked this server for anything of it yet, so the first time each read goes alone.
  for (let time = 0; time < 2; time += 1) {
    const statements = await statementsDuring(async () => {
      answers.push(await api.queryOnce(query));
    });
    counts.push(statements.length);
  }
  expect(counts[0]).toBeGreaterThan(10);
  expect(counts[1]).toBe(2);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ errors: [] });
});

describe('statements for', () => {
  it.each(shapes)('%s', async (_name, query, statementsMax) => {
    const ask = (value: string) => api.queryOnce(query, { who: { namespace: 'user_id', value } });
    // What comes for the first time goes by itself, since its columns are not known yet; what follows
    // upon what is seen when it comes again.
    for (let time = 0; time < 2; time += 1) expect((await ask('c1')).errors).toEqual([]);
    // Of another customer, at another time.
    api.clock.set(new Date(api.clock.now().getTime() + 1).toISOString());
    const statements = await statementsDuring(() => ask('c3'));
    expect(statements).toHaveLength(statementsMax);
  });
});
