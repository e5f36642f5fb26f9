import { isObjectType } from 'graphql';
import { fieldAccess } from '../../src/field-access';
import { fieldsCustomersReach } from '../../src/platform/auth/field-access.faults';
import { buildApiSchema } from '../../src/platform/graphql/schema';
import { resolverClasses } from '../../src/resolvers';
import { order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { fieldsBelow, selectionOf } from '../support/selections';

/**
 * What customers see of themselves through `me`, and that they see nothing of anybody else: every
 * field they can get to by the schema is asked for, as customers who have to do with each other in
 * every way there is.
 */
const api = useApi();

const schema = buildApiSchema(resolverClasses);
const open = fieldsCustomersReach(schema, fieldAccess);
const profileType = schema.getType('Profile');
if (!isObjectType(profileType)) throw new Error('There is no type Profile.');
const below = fieldsBelow(profileType, (name) => open.has(name));
const admitted = below.filter(({ name }) => open.has(name));
const denied = below.filter(({ name }) => !open.has(name));
const EVERYTHING = `{ me ${selectionOf(admitted)} }`;

/** Ada brought Bob, was brought by Zoe as was Dan, and was taken for Cara until that was undone. */
const people = ['ada', 'bob', 'zoe', 'dan', 'cara'] as const;
type Person = (typeof people)[number];

const idOf = {} as Record<Person, string>;
/** What is known of each person, and of nobody else. */
const secretsOf = {} as Record<Person, readonly string[]>;

const codeOf = (person: Person) => `${person.toUpperCase()}2026`;

beforeAll(async () => {
  for (const person of people) {
    const { outcomes } = await recordEvents(api, [
      {
        name: 'Signed In',
        messageId: `message-of-${person}`,
        identifiers: [
          userIdentifier(person),
          { namespace: 'email', value: `${person}@example.com` },
        ],
        traits: { name: `${person} of the tests`, birthday: `birthday of ${person}` },
        properties: { hint: `a hint at ${person}` },
      },
      {
        name: 'Consent Updated',
        identifiers: [userIdentifier(person)],
        properties: { consents: { Advertising: true } },
      },
    ]);
    idOf[person] = outcomes[0]?.profileId ?? '';
    const profileId = idOf[person];
    const act = (mutation: string, type: string, input: object) =>
      api.data(`mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`, {
        input: { profileId, ...input },
      });
    await act('createReferralCode', 'CreateReferralCodeInput', { code: codeOf(person) });
    await act('recordCommunityActivity', 'CommunityActivityInput', { kind: 'POST' });
    const comment = `in the words of ${person}`;
    await act('submitFeedback', 'SubmitFeedbackInput', { kind: 'COMPLAINT', comment });
    const adjustment = { points: 10, reason: `Kindness to ${person}`, idempotencyKey: person };
    await act('adjustPoints', 'AdjustPointsInput', { ...adjustment, note: `noted of ${person}` });
  }
  await claim('ada', 'zoe');
  await claim('dan', 'zoe');
  await claim('bob', 'ada');
  const orders = ['ada', 'bob', 'cara'].map((person) =>
    order(person, 100, { messageId: `order-of-${person}` }),
  );
  await recordEvents(api, orders);
  await mergeAndPart('ada', 'cara');
  for (const person of people) secretsOf[person] = await findSecrets(person);
});

async function claim(person: Person, owner: Person): Promise<void> {
  const input = { profileId: idOf[person], code: codeOf(owner) };
  const { claimReferral } = await api.data<{ claimReferral: { __typename: string } }>(
    'mutation ($input: ClaimReferralInput!) { claimReferral(input: $input) { __typename } }',
    { input },
  );
  expect(claimReferral.__typename).toBe('Referral');
}

async function mergeAndPart(person: Person, other: Person): Promise<void> {
  const input = {
    profileId: idOf[person],
    otherProfileId: idOf[other],
    reason: 'By mistake',
    force: true,
  };
  const { mergeProfiles } = await api.data<{ mergeProfiles: { mergeId: string } }>(
    `mutation ($input: MergeProfilesInput!) { mergeProfiles(input: $input) {
      ... on ProfilesMerged { mergeId } } }`,
    { input },
  );
  const { unmergeProfile } = await api.data<{ unmergeProfile: { __typename: string } }>(
    `mutation ($input: UnmergeProfileInput!) { unmergeProfile(input: $input) { __typename } }`,
    { input: { mergeId: mergeProfiles.mergeId, reason: 'Two people' } },
  );
  expect(unmergeProfile.__typename).toBe('ProfileUnmerged');
}

/** What the company knows of a person: ids in either form, names and words. */
async function findSecrets(person: Person): Promise<readonly string[]> {
  const { profile } = await api.data<{ profile: object }>(
    `query ($id: ID!) { profile(id: $id) {
      id identifiers { value } events(first: 100) { edges { node { id messageId } } }
      feedback { edges { node { id } } }
      loyalty { lots { edges { node { id } } } transactions { edges { node { id } } } }
      identityLog { edges { node { linkId } } } } }`,
    { id: idOf[person] },
  );
  const ids = textsOf(profile).filter((text) => text !== person);
  // An email address and a message id are enough to tell who; of public ids the digits are.
  const bare = ids.map((id) => id.replace(/^[a-z]{3}_(?=[0-9a-f]{32})/, ''));
  return [
    ...bare,
    `${person} of the tests`,
    `birthday of ${person}`,
    `a hint at ${person}`,
    `in the words of ${person}`,
    `Kindness to ${person}`,
    `noted of ${person}`,
    codeOf(person),
  ];
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** Every text of an answer as it came, and as whoever looks into it can read it. */
function readableIn(data: object): string {
  const texts = textsOf(data);
  const decoded = texts.flatMap((text) => [
    Buffer.from(text, 'base64url').toString('latin1'),
    Buffer.from(text, 'base64url').toString('hex'),
  ]);
  // Inside a cursor ids stand with hyphens.
  return [JSON.stringify(data), ...decoded].join('\n').replace(/(?<=[0-9a-f])-(?=[0-9a-f])/g, '');
}

interface Me {
  readonly id: string;
  readonly events: {
    readonly edges: readonly {
      readonly node: { readonly name: string; readonly properties: { code?: string } };
    }[];
  };
  readonly referrals: {
    readonly code: string;
    readonly referredByCode: string | null;
    readonly referrals: {
      readonly edges: readonly {
        readonly cursor: string;
        readonly node: { readonly id: string };
      }[];
      readonly pageInfo: { readonly endCursor: string | null };
    };
  };
  readonly loyalty: {
    readonly transactions: {
      readonly edges: readonly {
        readonly node: {
          readonly kind: string;
          readonly reason: string;
          readonly eventId: string | null;
          readonly counterpartProfileId: string | null;
        };
      }[];
    };
  };
}

async function look(person: Person): Promise<Me> {
  return (await api.data<{ me: Me }>(EVERYTHING, {}, { jwt: await api.jwt(person) })).me;
}

const rewardOf = ({ loyalty }: Me) =>
  loyalty.transactions.edges.find(({ node }) => node.reason === 'REFERRER_REWARD')?.node;

/** Ways to the same profile: who is told what by them is in the tests of nodes and subscriptions. */
const otherWays = ['Query.node', 'Query.nodes', 'Subscription.loyaltyBalanceChanged'];

it('all that is asked for here is all that customers get to', () => {
  const asked = ['Query.me', ...otherWays, ...admitted.map(({ name }) => name)];
  expect(new Set(asked)).toEqual(new Set(open));
});

it('shows customers everything that is theirs', async () => {
  const { data, errors } = await api.query<{ me: Me }>(
    EVERYTHING,
    {},
    { jwt: await api.jwt('ada') },
  );
  expect(errors).toEqual([]);
  const text = JSON.stringify(data);
  for (const own of ['ada of the tests', 'ada@example.com', 'birthday of ada', 'a hint at ada']) {
    expect(text).toContain(own);
  }
  expect(text).toContain('in the words of ada');
  expect(data?.me.referrals.code).toBe(codeOf('ada'));
});

describe.each(people)('%s', (person) => {
  it.each(people.filter((other) => other !== person))('sees nothing of %s', async (other) => {
    const me = await look(person);
    for (const { node } of me.events.edges) {
      // The code that somebody typed when they claimed it is what they told themselves.
      if (node.name === 'Referral Claimed') delete node.properties.code;
    }
    const readable = readableIn(me);
    expect(secretsOf[other].length).toBeGreaterThan(12);
    expect(secretsOf[other].filter((secret) => readable.includes(secret))).toEqual([]);
    // The test itself would find them.
    const own = secretsOf[person].filter((secret) => readable.includes(secret));
    expect(own.length).toBeGreaterThan(6);
  });
});

describe('what others have to do with a customer', () => {
  const PSEUDONYM = /^psn_[0-9a-f]{32}$/;

  it('is there, under pseudonyms', async () => {
    const ada = await look('ada');
    expect(ada.referrals.referrals.edges.map(({ node }) => node.id)).toEqual([
      expect.stringMatching(PSEUDONYM),
    ]);
    expect(ada.referrals.referredByCode).toMatch(PSEUDONYM);
    expect(rewardOf(ada)?.eventId).toMatch(PSEUDONYM);
    const transfers = ada.loyalty.transactions.edges.filter(({ node }) => node.kind === 'TRANSFER');
    expect(transfers.length).toBeGreaterThan(0);
    for (const { node } of transfers) expect(node.counterpartProfileId).toMatch(PSEUDONYM);
  });

  it('has the same pseudonym at each look', async () => {
    const [one, again] = [await look('ada'), await look('ada')];
    expect(again.referrals.referredByCode).toBe(one.referrals.referredByCode);
    expect(again.referrals.referrals.edges[0]?.node).toEqual(
      one.referrals.referrals.edges[0]?.node,
    );
    expect(rewardOf(again)?.eventId).toBe(rewardOf(one)?.eventId);
  });

  it('has another for another viewer', async () => {
    const [ada, dan] = [await look('ada'), await look('dan')];
    expect(dan.referrals.referredByCode).toMatch(PSEUDONYM);
    expect(dan.referrals.referredByCode).not.toBe(ada.referrals.referredByCode);
  });

  it('has one for each person', async () => {
    const { edges } = (await look('zoe')).referrals.referrals;
    expect(new Set(edges.map(({ node }) => node.id)).size).toBe(2);
  });

  it('is no pseudonym to a key', async () => {
    const { profile } = await api.data<{ profile: Me }>(
      `query ($id: ID!) { profile(id: $id) { referrals { referredByCode
        referrals { edges { node { id } } } } } }`,
      { id: idOf.ada },
    );
    expect(profile.referrals.referredByCode).toBe(codeOf('zoe'));
    expect(profile.referrals.referrals.edges[0]?.node.id).toMatch(/^ref_/);
  });

  it('is paged through by cursors that only its viewer can use', async () => {
    const PAGE = `query ($after: String) { me { referrals { referrals(first: 1, after: $after) {
      edges { node { id } } pageInfo { hasNextPage endCursor } } } } }`;
    const zoe = { jwt: await api.jwt('zoe') };
    const pageOf = async (after: string | null) =>
      (await api.data<{ me: Me }>(PAGE, { after }, zoe)).me.referrals.referrals;
    const first = await pageOf(null);
    const second = await pageOf(first.pageInfo.endCursor);
    expect(new Set([...first.edges, ...second.edges].map(({ node }) => node.id)).size).toBe(2);
    expect((await pageOf(second.pageInfo.endCursor)).edges).toEqual([]);
    const { errors } = await api.query(
      PAGE,
      { after: first.pageInfo.endCursor },
      { jwt: await api.jwt('ada') },
    );
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'INVALID_INPUT', argument: 'after' },
    ]);
  });
});

describe('what is not for customers is refused, whatever leads there', () => {
  it.each(denied.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const { data, errors } = await api.query<{ me: Me | null }>(
      `{ me ${selectionOf([one])} }`,
      {},
      { jwt: await api.jwt('ada') },
    );
    expect(errors.length).toBeGreaterThan(0);
    for (const { extensions } of errors) expect(extensions.code).toBe('FORBIDDEN');
    expect(textsOf(data)).toEqual([]);
  });
});
