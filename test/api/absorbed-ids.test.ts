import { recordEvents, type SentEvent, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { graphFaults } from '../support/profile-graph';

const api = useApi();

let serial = 0;

/** A value that no other test of this file has. */
function fresh(): string {
  serial += 1;
  return `fresh-${serial}`;
}

/** Two profiles that are one customer: the first is the older one and will survive. */
interface Pair {
  readonly survivor: string;
  readonly absorbed: string;
  readonly older: SentEvent['identifiers'][number];
  readonly younger: SentEvent['identifiers'][number];
}

async function newPair(
  events: (pair: Pick<Pair, 'older' | 'younger'>) => readonly SentEvent[] = () => [],
): Promise<Pair> {
  const older = userIdentifier(fresh());
  const younger = { namespace: 'anonymous_id', value: fresh() };
  const { profiles } = await recordEvents(api, [
    { name: 'Page Viewed', identifiers: [older] },
    { name: 'Page Viewed', identifiers: [younger] },
    ...events({ older, younger }),
  ]);
  const [survivor, absorbed] = profiles.map(({ id }) => id) as [string, string];
  return { survivor, absorbed, older, younger };
}

async function merge({ older, younger, survivor, absorbed }: Pair): Promise<void> {
  const { profiles } = await recordEvents(api, [
    { name: 'Page Viewed', identifiers: [older, younger] },
  ]);
  expect(profiles).toEqual([{ id: survivor }]);
  expect(absorbed).not.toBe(survivor);
}

async function newMergedPair(): Promise<Pair> {
  const pair = await newPair();
  await merge(pair);
  return pair;
}

async function adjust(profileId: string, points: number, idempotencyKey: string) {
  const { adjustPoints } = await api.data<{
    readonly adjustPoints: { readonly __typename: string; readonly id: string };
  }>(
    `mutation ($of: AdjustPointsInput!) { adjustPoints(input: $of) { __typename
      ... on LoyaltyTransaction { id account { balance } } } }`,
    { of: { profileId, points: String(points), reason: 'Gift', idempotencyKey } },
  );
  return adjustPoints;
}

async function createCode(profileId: string, code: string | null = null) {
  const { createReferralCode } = await api.data<{
    readonly createReferralCode: {
      readonly __typename: string;
      readonly code: string;
      readonly profile: { readonly id: string };
    };
  }>(
    `mutation ($of: CreateReferralCodeInput!) { createReferralCode(input: $of) { __typename
      ... on ReferralCode { code profile { id } } } }`,
    { of: { profileId, code } },
  );
  return createReferralCode;
}

async function claim(profileId: string, code: string): Promise<string> {
  const { claimReferral } = await api.data<{ readonly claimReferral: { __typename: string } }>(
    'mutation ($of: ClaimReferralInput!) { claimReferral(input: $of) { __typename } }',
    { of: { profileId, code } },
  );
  return claimReferral.__typename;
}

function profileField<Data>(id: string, selection: string): Promise<Data> {
  return api
    .data<{ readonly profile: Data }>(`query ($id: ID!) { profile(id: $id) ${selection} }`, { id })
    .then(({ profile }) => profile);
}

describe('the id of an absorbed profile is as good as its survivor', () => {
  it('to read everything there is of a profile', async () => {
    const pair = await newPair(({ older, younger }) => [
      { name: 'Order Completed', identifiers: [older], properties: { revenue: 10 } },
      {
        name: 'Order Completed',
        identifiers: [younger, { namespace: 'email', value: 'null' }],
        properties: { revenue: 5 },
        traits: { city: 'Oslo' },
      },
      { name: 'Feedback Submitted', identifiers: [younger], properties: { kind: 'COMPLAINT' } },
    ]);
    await createCode(pair.absorbed);
    await merge(pair);
    const everything = `{
      id createdAt firstSeenAt lastSeenAt displayName traits identifiers { namespace value }
      mergedFrom { survivorId absorbedId }
      identityLog { edges { node { kind rule survivorId absorbedId identifier { value } } } }
      lifecycle { stage history { edges { node { id } } } } value { orders }
      loyalty { balance transactions { edges { node { id } } } lots { edges { node { id } } } }
      community { score } referrals { code referrals { edges { node { id } } } }
      feedback { edges { node { id } } } events { edges { node { id } } } }`;
    const survivor = await profileField<{ readonly id: string }>(pair.survivor, everything);
    expect(await profileField(pair.absorbed, everything)).toEqual(survivor);
    expect(survivor).toMatchObject({
      id: pair.survivor,
      traits: { city: 'Oslo' },
      value: { orders: 2 },
      mergedFrom: [{ survivorId: pair.survivor, absorbedId: pair.absorbed }],
    });
  });

  it('after it was absorbed twice over', async () => {
    const pair = await newPair();
    const third = { namespace: 'device_id', value: fresh() };
    const { profiles } = await recordEvents(api, [{ name: 'Page Viewed', identifiers: [third] }]);
    await recordEvents(api, [{ name: 'Page Viewed', identifiers: [third, pair.younger] }]);
    const youngest = profiles[0]?.id ?? '';
    expect(await profileField(youngest, '{ id }')).toEqual({ id: pair.absorbed });
    await merge(pair);
    for (const id of [youngest, pair.absorbed]) {
      expect(await profileField(id, '{ id }')).toEqual({ id: pair.survivor });
    }
  });

  it('for recordEvents by profile_id', async () => {
    const { survivor, absorbed } = await newMergedPair();
    const { outcomes, profiles } = await recordEvents(api, [
      {
        name: 'Order Completed',
        identifiers: [{ namespace: 'profile_id', value: absorbed }],
        properties: { revenue: 10 },
      },
    ]);
    expect(outcomes).toMatchObject([{ status: 'ACCEPTED', profileId: survivor, demoted: [] }]);
    expect(profiles).toEqual([{ id: survivor }]);
    expect(await profileField(survivor, '{ value { orders } }')).toEqual({ value: { orders: 1 } });
  });

  it('for recordEvents in the very batch that absorbs it, before and after', async () => {
    const { survivor, absorbed, older, younger } = await newPair();
    const named = () => ({
      name: 'Signed In',
      identifiers: [{ namespace: 'profile_id', value: absorbed }],
    });
    const { outcomes } = await recordEvents(api, [
      named(),
      { name: 'Signed In', identifiers: [older, younger] },
      named(),
    ]);
    expect(outcomes.map(({ status, profileId }) => [status, profileId])).toEqual(
      [survivor, survivor, survivor].map((id) => ['ACCEPTED', id]),
    );
  });

  it('for adjustPoints, and a retry of one from before the merge posts nothing', async () => {
    const pair = await newPair();
    const key = fresh();
    const before = await adjust(pair.absorbed, 10, key);
    await merge(pair);
    expect(await adjust(pair.absorbed, 10, key)).toMatchObject({ id: before.id });
    expect(await adjust(pair.absorbed, 5, fresh())).toMatchObject({ account: { balance: '15' } });
    expect(await adjust(pair.absorbed, -16, fresh())).toEqual({ __typename: 'InsufficientPoints' });
    expect(await adjust(pair.absorbed, -15, fresh())).toMatchObject({ account: { balance: '0' } });
    expect(await profileField(pair.survivor, '{ loyalty { balance } }')).toEqual({
      loyalty: { balance: '0' },
    });
  });

  it.each([
    [
      'submitFeedback',
      'SubmitFeedbackInput',
      { kind: 'NPS', score: 9 },
      '... on FeedbackSubmitted { profile { id } }',
      'FeedbackSubmitted',
    ],
    [
      'recordCommunityActivity',
      'CommunityActivityInput',
      { kind: 'POST' },
      '... on CommunityActivityRecorded { profile { id } }',
      'CommunityActivityRecorded',
    ],
  ])('for %s, and a retry of one from before the merge counts once', async (...row) => {
    const [mutation, input, what, fields, typename] = row;
    const pair = await newPair();
    const submit = async (messageId: string) => {
      const data = await api.data<Record<string, unknown>>(
        `mutation ($of: ${input}!) { ${mutation}(input: $of) { __typename ${fields} } }`,
        { of: { ...what, profileId: pair.absorbed, messageId } },
      );
      return data[mutation];
    };
    const [early, late] = [fresh(), fresh()];
    expect(await submit(early)).toEqual({ __typename: typename, profile: { id: pair.absorbed } });
    await merge(pair);
    for (const messageId of [early, late, late]) {
      expect(await submit(messageId)).toEqual({
        __typename: typename,
        profile: { id: pair.survivor },
      });
    }
    const seen = await profileField<{ readonly events: { readonly edges: readonly unknown[] } }>(
      pair.survivor,
      '{ events { edges { node { id } } } }',
    );
    // Two views, the sign of the merge, and what was told before and after it.
    expect(seen.events.edges).toHaveLength(5);
  });

  it('for createReferralCode: it has the code that came along, or takes a new one', async () => {
    const pair = await newPair();
    const { code } = await createCode(pair.absorbed);
    await merge(pair);
    for (const id of [pair.absorbed, pair.survivor]) {
      expect(await createCode(id)).toEqual({
        __typename: 'ReferralCode',
        code,
        profile: { id: pair.survivor },
      });
    }
    api.clock.advanceDays(1 / 86_400);
    const wanted = `NEW${serial}X`;
    expect(await createCode(pair.absorbed, wanted)).toMatchObject({
      code: wanted,
      profile: { id: pair.survivor },
    });
    expect(await profileField(pair.survivor, '{ referrals { code } }')).toEqual({
      referrals: { code: wanted },
    });
  });

  it('for claimReferral, as the one who was brought', async () => {
    const pair = await newMergedPair();
    const { code } = await createCode((await newPair()).survivor);
    expect(await claim(pair.absorbed, code)).toBe('Referral');
    expect(await claim(pair.survivor, code)).toBe('AlreadyReferred');
    expect(await profileField(pair.survivor, '{ referrals { referredByCode } }')).toEqual({
      referrals: { referredByCode: code },
    });
  });

  it('for claimReferral, as the owner of the code', async () => {
    const pair = await newPair();
    const { code } = await createCode(pair.absorbed);
    await merge(pair);
    const brought = await newPair();
    expect(await claim(brought.survivor, code)).toBe('Referral');
    expect(await profileField(pair.survivor, '{ referrals { invited } }')).toEqual({
      referrals: { invited: 1 },
    });
    for (const id of [pair.absorbed, pair.survivor]) {
      expect(await claim(id, code)).toBe('SelfReferral');
    }
  });

  it('for what was told of it: outcomes, duplicates and warnings name the survivor', async () => {
    const pair = await newPair();
    const messageId = fresh();
    const event = {
      messageId,
      name: 'Signed In',
      identifiers: [pair.younger, { namespace: 'email', value: 'none' }],
    };
    const before = await recordEvents(api, [event]);
    expect(before.outcomes).toMatchObject([{ status: 'ACCEPTED', profileId: pair.absorbed }]);
    await merge(pair);
    const after = await recordEvents(api, [event]);
    expect(after.outcomes).toMatchObject([
      { status: 'DUPLICATE', profileId: pair.survivor, eventId: before.outcomes[0]?.eventId },
    ]);
    expect(after.profiles).toEqual([{ id: pair.survivor }]);
    const { identityWarnings } = await api.data<{
      readonly identityWarnings: {
        readonly edges: readonly { readonly node: { readonly eventId: string } }[];
      };
    }>('{ identityWarnings(first: 100) { edges { node { eventId profileId } } } }');
    const warnings = identityWarnings.edges.filter(
      ({ node }) => node.eventId === before.outcomes[0]?.eventId,
    );
    expect(warnings).toMatchObject([{ node: { profileId: pair.survivor } }]);
  });

  it('for a customer with a token', async () => {
    const pair = await newPair();
    await merge(pair);
    const jwt = await api.jwt(pair.older.value);
    expect(await api.data('{ me { id } }', {}, { jwt })).toEqual({ me: { id: pair.survivor } });
  });
});

interface Page {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe('a cursor from before the merge', () => {
  /** Of the profile that will be absorbed, three of a kind on days that lie apart. */
  function history({ older, younger }: Pick<Pair, 'older' | 'younger'>): readonly SentEvent[] {
    return [older, younger].flatMap((identifier, index) =>
      ['08', '09', '10'].flatMap((month): SentEvent[] => {
        const occurredAt = `2026-${month}-0${index + 1}T00:00:00Z`;
        const sent = { identifiers: [identifier], occurredAt };
        return [
          { ...sent, name: 'Order Completed', properties: { revenue: 10 } },
          { ...sent, name: 'Feedback Submitted', properties: { kind: 'COMPLAINT' } },
        ];
      }),
    );
  }

  async function read(id: string, path: readonly string[], after: string | null): Promise<Page> {
    const parents = path.slice(0, -1);
    const data = await api.data<Record<string, unknown>>(
      `query ($id: ID!, $after: String) { profile(id: $id) {
        ${parents.map((name) => `${name} {`).join(' ')} ${path.at(-1)}(first: 2, after: $after) {
          edges { node { id } } pageInfo { hasNextPage endCursor } }
        ${'}'.repeat(parents.length)} } }`,
      { id, after },
    );
    return ['profile', ...path].reduce<unknown>(
      (value, name) => (value as Record<string, unknown>)[name],
      data,
    ) as Page;
  }

  async function readRest(id: string, path: readonly string[], from: string | null) {
    const ids: string[] = [];
    for (let after = from; ; ) {
      const page = await read(id, path, after);
      ids.push(...page.edges.map(({ node }) => node.id));
      if (!page.pageInfo.hasNextPage) return ids;
      after = page.pageInfo.endCursor;
    }
  }

  /** The last column: whether the absorbed profile's own are still there, beside the survivor's. */
  it.each([
    ['events', ['events'], true],
    ['feedback', ['feedback'], true],
    ['transactions', ['loyalty', 'transactions'], false],
    ['lots', ['loyalty', 'lots'], false],
    ['history', ['lifecycle', 'history'], false],
    ['referrals', ['referrals', 'referrals'], true],
  ])('of %s goes on in the list of the survivor, with none shown twice', async (...row) => {
    const [, path, comesAlong] = row;
    const pair = await newPair(history);
    const { code } = await createCode(pair.absorbed);
    for (let count = 0; count < 4; count += 1) {
      // Each an instant of its own, so that the order is certain.
      api.clock.advanceDays(1 / 86_400);
      expect(await claim((await newPair()).survivor, code)).toBe('Referral');
    }
    const before = await readRest(pair.absorbed, path, null);
    expect(before.length).toBeGreaterThan(2);
    const first = await read(pair.absorbed, path, null);
    const shown = first.edges.map(({ node }) => node.id);
    await merge(pair);

    const whole = await readRest(pair.survivor, path, null);
    for (const id of [pair.absorbed, pair.survivor]) {
      const rest = await readRest(id, path, first.pageInfo.endCursor);
      // In the order of the whole list, and none of those that were shown.
      expect(rest).toEqual(whole.filter((one) => rest.includes(one)));
      expect(rest.filter((one) => shown.includes(one))).toEqual([]);
      if (comesAlong) expect(rest).toEqual(expect.arrayContaining(before.slice(2)));
    }
  });

  it('of profiles goes on, where the profile it stands on was absorbed since', async () => {
    const pairs = [await newPair(), await newPair()];
    const list = (after: string | null) =>
      api
        .data<{ readonly profiles: Page }>(
          `query ($after: String) { profiles(first: 2, after: $after) {
            edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
          { after },
        )
        .then(({ profiles }) => profiles);
    const [first, second] = pairs as [Pair, Pair];
    // Newest first: the page ends on the survivor of the second pair.
    const page = await list(null);
    expect(page.edges.map(({ node }) => node.id)).toEqual([second.absorbed, second.survivor]);
    const short = await api.data<{ readonly profiles: Page }>(
      '{ profiles(first: 1) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
    );
    expect(short.profiles.edges.map(({ node }) => node.id)).toEqual([second.absorbed]);
    await merge(second);
    await merge(first);
    for (const [after, expected] of [
      [short.profiles.pageInfo.endCursor, [second.survivor, first.survivor]],
      [page.pageInfo.endCursor, [first.survivor]],
    ] as const) {
      const rest = await list(after);
      expect(rest.edges.map(({ node }) => node.id).slice(0, expected.length)).toEqual(expected);
    }
  });
});

test('all of it leaves the graph whole', async () => {
  expect(await graphFaults(api.database)).toEqual([]);
});
