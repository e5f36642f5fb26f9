import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();

beforeEach(() => api.clock.set('2026-11-20T10:00:00.000Z'));

const MAIN_QUERY = `query {
  profileByIdentifier(identifier: {namespace: "user_id", value: "00004"}) {
    id identifiers { namespace value } lifecycle { stage since reasons { fact value threshold } }
    value { tier rfm { recency frequency monetary segment } } loyalty { balance tier }
    community { score } referrals { code } events(first: 5) { edges { node { name occurredAt } } } } }`;

interface View {
  readonly lifecycle: { readonly stage: string; readonly since: string };
  readonly loyalty: { readonly balance: string; readonly tier: string };
  readonly community: { readonly score: number };
  readonly referrals: {
    readonly code: string | null;
    readonly invited: number;
    readonly converted: number;
  };
  readonly feedback: { readonly edges: readonly { readonly node: unknown }[] };
}

function view(id: string): Promise<View> {
  return api
    .data<{ profile: View }>(
      `query ($id: ID!) { profile(id: $id) {
        lifecycle { stage since } loyalty { balance tier } community { score }
        referrals { code invited converted }
        feedback { edges { node { kind score comment sentiment } } } } }`,
      { id },
    )
    .then(({ profile }) => profile);
}

describe('the query of the guide', () => {
  it('shows a customer from every side in one round trip', async () => {
    await recordEvents(api, [
      order('00004', 29.33, { occurredAt: '2025-08-01T00:00:01Z' }),
      order('00004', 29.73, { occurredAt: '2025-08-18T00:00:01Z' }),
      order('00004', 14.96, { occurredAt: '2025-12-03T00:00:01Z' }),
      order('00004', 26.48, { occurredAt: '2026-11-13T00:00:01Z' }),
    ]);
    const { profileByIdentifier } = await api.data<{ profileByIdentifier: object }>(MAIN_QUERY);
    expect(profileByIdentifier).toEqual({
      id: expect.stringMatching(/^prf_[0-9a-f]{32}$/),
      identifiers: [userIdentifier('00004')],
      lifecycle: {
        stage: expect.any(String),
        since: expect.any(String),
        reasons: expect.arrayContaining([
          { fact: expect.any(String), value: expect.any(Number), threshold: expect.any(Number) },
        ]),
      },
      value: {
        tier: expect.stringMatching(/^(HIGH|MID|LOW)$/),
        rfm: {
          recency: expect.any(Number),
          frequency: expect.any(Number),
          monetary: expect.any(Number),
          segment: expect.any(String),
        },
      },
      // The points of the first two orders are gone after a year: 14 and 26 are left.
      loyalty: { balance: '40', tier: 'MEMBER' },
      community: { score: 0 },
      referrals: { code: null },
      events: {
        edges: [
          { node: { name: 'Order Completed', occurredAt: '2026-11-13T00:00:01.000Z' } },
          { node: { name: 'Order Completed', occurredAt: '2025-12-03T00:00:01.000Z' } },
          { node: { name: 'Order Completed', occurredAt: '2025-08-18T00:00:01.000Z' } },
          { node: { name: 'Order Completed', occurredAt: '2025-08-01T00:00:01.000Z' } },
        ],
      },
    });
  });

  it('is null for an identifier that nobody has', async () => {
    const query = `{ profileByIdentifier(identifier: {namespace: "email", value: "no@one.example"}) { id } }`;
    expect(await api.data(query)).toEqual({ profileByIdentifier: null });
  });
});

describe('recordEvents', () => {
  const ORDER = `mutation ($events: [EventInput!]!) { recordEvents(events: $events) {
    accepted profiles { lifecycle { stage history { edges { node { from to cause } } } }
      loyalty { balance tier } value { orders lifetimeRevenue { amount currency } } } } }`;

  it('an order earns points and a membership tier in the response', async () => {
    const events = [
      order('buyer', 180.5, { occurredAt: '2026-11-18T09:00:00Z' }),
      order('buyer', 19.99, { occurredAt: '2026-11-19T09:00:00Z' }),
    ];
    const { recordEvents: payload } = await api.data<{ recordEvents: unknown }>(ORDER, { events });
    expect(payload).toMatchObject({
      accepted: 2,
      profiles: [
        {
          loyalty: { balance: '199', tier: 'SILVER' },
          value: { orders: 2, lifetimeRevenue: { amount: '200.49', currency: 'USD' } },
        },
      ],
    });
  });

  it('a customer silent for months who buys again changes stage in the very response', async () => {
    const id = await newProfile(api, 'sleeper', order('sleeper', 20));
    api.clock.set('2027-09-01T08:00:00.000Z');
    await api.app.activity.evaluateDue(api.clock.now());
    expect((await view(id)).lifecycle.stage).toBe('CHURN');
    const { recordEvents: payload } = await api.data<{ recordEvents: unknown }>(ORDER, {
      events: [order('sleeper', 30)],
    });
    expect(payload).toMatchObject({
      profiles: [
        {
          lifecycle: {
            stage: 'EXPLORATION',
            history: {
              edges: [
                { node: { from: 'CHURN', to: 'EXPLORATION', cause: 'EVENT' } },
                { node: { to: 'CHURN', cause: 'TIME' } },
                { node: { to: 'EXPLORATION', cause: 'TIME' } },
                { node: { from: null, to: 'ACQUISITION', cause: 'EVENT' } },
              ],
            },
          },
        },
      ],
    });
  });

  it('shows each of several mutations in one request what the ones before it did', async () => {
    const selection = 'profiles { loyalty { balance } value { orders } displayName }';
    const data = await api.data(
      `mutation ($first: [EventInput!]!, $second: [EventInput!]!) {
        first: recordEvents(events: $first) { ${selection} }
        second: recordEvents(events: $second) { ${selection} } }`,
      {
        first: [
          order('twice', 10, { occurredAt: '2026-11-20T09:00:00Z', traits: { name: 'Ada' } }),
        ],
        second: [order('twice', 5, { traits: { name: 'Ada Lovelace' } })],
      },
    );
    expect(data).toEqual({
      first: {
        profiles: [{ loyalty: { balance: '10' }, value: { orders: 1 }, displayName: 'Ada' }],
      },
      second: {
        profiles: [
          { loyalty: { balance: '15' }, value: { orders: 2 }, displayName: 'Ada Lovelace' },
        ],
      },
    });
  });

  it('takes a message once, within a batch and after it', async () => {
    const event = order('dup', 10, { messageId: 'dup-1' });
    const first = await recordEvents(api, [event, event]);
    expect(first.outcomes.map(({ status }) => status)).toEqual(['ACCEPTED', 'DUPLICATE']);
    const again = await recordEvents(api, [event]);
    expect(again).toMatchObject({ accepted: 0, duplicates: 1, quarantined: 0 });
    expect(again.outcomes[0]?.eventId).toBe(first.outcomes[0]?.eventId);
    expect(again.profiles).toEqual(first.profiles);
    expect((await view(first.profiles[0]?.id ?? '')).loyalty.balance).toBe('10');
  });

  it('messages of different senders are different, whatever their ids', async () => {
    const event = order('two-senders', 10, { messageId: 'same' });
    await recordEvents(api, [event]);
    const other = await recordEvents(api, [event], {
      key: await api.key('events:write', 'profiles:read'),
    });
    expect(other.accepted).toBe(1);
  });

  it('sets bad events aside with a reason, and takes the good ones', async () => {
    const identifiers = [userIdentifier('q')];
    const bad: [object, string][] = [
      [{ name: ' ', identifiers }, 'MISSING_NAME'],
      [{ name: 'x'.repeat(201), identifiers }, 'NAME_TOO_LONG'],
      [{ name: 'A', identifiers, messageId: '' }, 'MISSING_MESSAGE_ID'],
      [{ name: 'A', identifiers, messageId: 'x'.repeat(101) }, 'MESSAGE_ID_TOO_LONG'],
      [{ name: 'A', identifiers: [] }, 'NO_USABLE_IDENTIFIER'],
      [{ name: 'A', identifiers: [userIdentifier('undefined')] }, 'NO_USABLE_IDENTIFIER'],
      [
        { name: 'A', identifiers: Array.from({ length: 51 }, (_, n) => userIdentifier(`${n}`)) },
        'TOO_MANY_IDENTIFIERS',
      ],
      [
        { name: 'A', identifiers: [{ namespace: 'profile_id', value: `prf_${'0'.repeat(32)}` }] },
        'UNKNOWN_PROFILE',
      ],
      [
        { name: 'A', identifiers: [{ namespace: 'profile_id', value: 'nobody' }] },
        'UNKNOWN_PROFILE',
      ],
      [{ name: 'A', identifiers, occurredAt: '2026-11-20T11:00:00.001Z' }, 'OCCURRED_IN_FUTURE'],
      [{ name: 'A', identifiers, occurredAt: '1969-12-31T23:59:59Z' }, 'OCCURRED_TOO_EARLY'],
      [{ name: 'A', identifiers, properties: { text: 'a\0b' } }, 'UNSTORABLE_TEXT'],
      [{ name: 'A', identifiers, properties: { text: 'x'.repeat(33_000) } }, 'EVENT_TOO_LARGE'],
      [{ name: 'Order Completed', identifiers }, 'INVALID_PROPERTIES'],
      [
        { name: 'Order Completed', identifiers, properties: { revenue: 5, currency: 'EUR' } },
        'INVALID_PROPERTIES',
      ],
      [
        { name: 'Feedback Submitted', identifiers, properties: { kind: 'NPS' } },
        'INVALID_PROPERTIES',
      ],
    ];
    const good = { name: 'A', identifiers, occurredAt: '2026-11-20T11:00:00.000Z' };
    const { accepted, quarantined, outcomes, profiles } = await recordEvents(api, [
      ...bad.map(([event]) => event as typeof good),
      good,
    ]);
    expect([accepted, quarantined, profiles.length]).toEqual([1, bad.length, 1]);
    expect(outcomes.map(({ reason }) => reason)).toEqual([
      ...bad.map(([, reason]) => reason),
      null,
    ]);
    for (const { status, eventId, profileId, detail } of outcomes.slice(0, -1)) {
      expect([status, eventId, profileId]).toEqual(['QUARANTINED', null, null]);
      expect(detail).toMatch(/\.$/);
    }
  });

  it('takes a quarantined message once it is corrected', async () => {
    const bad = {
      name: 'Order Completed',
      identifiers: [userIdentifier('mended')],
      messageId: 'm1',
    };
    expect(await recordEvents(api, [bad])).toMatchObject({ quarantined: 1 });
    expect(await recordEvents(api, [order('mended', 5, { messageId: 'm1' })])).toMatchObject({
      accepted: 1,
    });
  });

  it('tells which identifiers it did not use', async () => {
    const { outcomes } = await recordEvents(api, [
      {
        name: 'A',
        identifiers: [
          userIdentifier('demoted'),
          { namespace: 'email', value: 'not an address' },
          { namespace: 'shoe_size', value: '43' },
          { namespace: 'anonymous_id', value: 'null' },
          { namespace: 'phone', value: 'x'.repeat(10_000) },
        ],
      },
    ]);
    expect(outcomes[0]?.status).toBe('ACCEPTED');
    expect(outcomes[0]?.demoted.map(({ namespace, reason }) => [namespace, reason])).toEqual([
      ['email', 'INVALID_VALUE'],
      ['shoe_size', 'UNKNOWN_NAMESPACE'],
      ['anonymous_id', 'JUNK_VALUE'],
      ['phone', 'VALUE_TOO_LONG'],
    ]);
  });
});

describe('a stranger who turns out to be known', () => {
  it('becomes one profile with everything of both, and the absorbed id still resolves', async () => {
    const cookie = { namespace: 'anonymous_id', value: 'cookie-1' };
    const known = await newProfile(api, 'grace', order('grace', 100));
    const { profiles: strangers } = await recordEvents(api, [
      { name: 'Page Viewed', identifiers: [cookie] },
      { name: 'Order Completed', identifiers: [cookie], properties: { revenue: 50 } },
    ]);
    const stranger = strangers[0]?.id ?? '';
    expect(stranger).not.toBe(known);
    await api.data(
      `mutation ($id: ID!) { adjustPoints(input: {
        profileId: $id, points: 7, reason: "Gift", idempotencyKey: "stranger" }) { __typename } }`,
      { id: stranger },
    );
    const { profiles } = await recordEvents(api, [
      { name: 'Signed In', identifiers: [userIdentifier('grace'), cookie] },
    ]);
    expect(profiles).toHaveLength(1);
    const selection = `{ id identifiers { namespace value } loyalty { balance }
      value { orders lifetimeRevenue { amount } } mergedFrom { survivorId absorbedId source }
      events { edges { node { name } } } }`;
    const { absorbed, survivor } = await api.data<Record<string, { readonly id: string }>>(
      `query ($stranger: ID!, $known: ID!) {
        absorbed: profile(id: $stranger) ${selection} survivor: profile(id: $known) ${selection} }`,
      { stranger, known },
    );
    expect(absorbed).toEqual(survivor);
    expect(survivor).toEqual({
      id: profiles[0]?.id,
      identifiers: expect.arrayContaining([userIdentifier('grace'), cookie]),
      // 100 and 50 for the orders, 7 by hand, 1 for signing in.
      loyalty: { balance: '158' },
      value: { orders: 2, lifetimeRevenue: { amount: '150.00' } },
      mergedFrom: [
        {
          survivorId: profiles[0]?.id,
          absorbedId: [stranger, known].find((id) => id !== profiles[0]?.id),
          source: expect.stringMatching(/^key:/),
        },
      ],
      events: { edges: expect.arrayContaining([{ node: { name: 'Signed In' } }]) },
    });
  });

  it('an adjustment of the absorbed id goes to the survivor', async () => {
    const cookie = { namespace: 'anonymous_id', value: 'cookie-2' };
    const { profiles } = await recordEvents(api, [
      { name: 'Page Viewed', identifiers: [cookie] },
      { name: 'Page Viewed', identifiers: [userIdentifier('joan')] },
    ]);
    await recordEvents(api, [
      { name: 'Page Viewed', identifiers: [userIdentifier('joan'), cookie] },
    ]);
    for (const { id } of profiles) {
      await api.data(
        `mutation ($id: ID!, $key: String!) { adjustPoints(input: {
          profileId: $id, points: 10, reason: "Gift", idempotencyKey: $key }) { __typename } }`,
        { id, key: id },
      );
    }
    expect((await view(profiles[0]?.id ?? '')).loyalty.balance).toBe('20');
    expect((await view(profiles[1]?.id ?? '')).loyalty.balance).toBe('20');
  });
});

describe('submitFeedback', () => {
  const SUBMIT = `mutation ($input: SubmitFeedbackInput!) { submitFeedback(input: $input) {
    __typename
    ... on FeedbackSubmitted { duplicate feedback { kind score sentiment }
      profile { feedback { edges { node { kind score comment } } } } }
    ... on InvalidFeedbackScore { message min max }
    ... on ProfileNotFound { message } } }`;

  it('appears on the profile in the response, and a detractor counts once', async () => {
    const profileId = await newProfile(api, 'critic');
    const input = { profileId, kind: 'NPS', score: 3, comment: 'slow', messageId: 'nps-1' };
    const first = await api.data(SUBMIT, { input });
    expect(first).toEqual({
      submitFeedback: {
        __typename: 'FeedbackSubmitted',
        duplicate: false,
        feedback: { kind: 'NPS', score: 3, sentiment: -0.6 },
        profile: { feedback: { edges: [{ node: { kind: 'NPS', score: 3, comment: 'slow' } }] } },
      },
    });
    const again = await api.data<{ submitFeedback: object }>(SUBMIT, { input });
    expect(again.submitFeedback).toMatchObject({ duplicate: true });
    const rows = await api.database.query(
      `select sum(nps_detractors)::int as detractors, sum(nps_answers)::int as answers
       from activity_day where profile_id = $1`,
      [toUuid(profileId)],
    );
    expect(rows).toEqual([{ detractors: 1, answers: 1 }]);
  });

  it.each([
    ['NPS', 11, 0, 10],
    ['NPS', null, 0, 10],
    ['CSAT', 0, 1, 5],
    ['CES', 8, 1, 7],
    ['COMPLAINT', 3, null, null],
  ])('%s with the score %s is refused', async (kind, score, min, max) => {
    const profileId = await newProfile(api, 'scorer');
    const data = await api.data<{ submitFeedback: object }>(SUBMIT, {
      input: { profileId, kind, score },
    });
    expect(data.submitFeedback).toMatchObject({ __typename: 'InvalidFeedbackScore', min, max });
    expect((await view(profileId)).feedback.edges).toEqual([]);
  });

  it('of an unknown profile is refused', async () => {
    const input = { profileId: `prf_${'0'.repeat(32)}`, kind: 'COMPLAINT' };
    expect(await api.data(SUBMIT, { input })).toMatchObject({
      submitFeedback: { __typename: 'ProfileNotFound' },
    });
  });
});

describe('recordCommunityActivity', () => {
  it('raises the score in the response, once for one message', async () => {
    const profileId = await newProfile(api, 'poster');
    const record = (messageId: string) =>
      api.data<{
        recordCommunityActivity: {
          duplicate: boolean;
          profile: { community: { score: number; recent: { answers: number } } };
        };
      }>(
        `mutation ($input: CommunityActivityInput!) { recordCommunityActivity(input: $input) {
          ... on CommunityActivityRecorded { duplicate
            profile { community { score recent { answers } } loyalty { balance } } } } }`,
        { input: { profileId, kind: 'ANSWER', messageId } },
      );
    const { recordCommunityActivity: first } = await record('a1');
    const { recordCommunityActivity: second } = await record('a2');
    const { recordCommunityActivity: again } = await record('a2');
    expect(first.profile.community.score).toBeGreaterThan(0);
    expect(second.profile.community.score).toBeGreaterThan(first.profile.community.score);
    expect(again).toEqual({ ...second, duplicate: true });
    expect(again.profile).toMatchObject({
      community: { recent: { answers: 2 } },
      loyalty: { balance: '10' },
    });
  });
});

describe('referrals', () => {
  const CREATE = `mutation ($id: ID!) { createReferralCode(input: {profileId: $id}) {
    ... on ReferralCode { code profile { id referrals { code } } } } }`;
  const CLAIM = `mutation ($id: ID!, $code: String!) {
    claimReferral(input: {profileId: $id, code: $code}) { __typename ... on Referral { status } } }`;

  async function createCode(id: string): Promise<string> {
    const { createReferralCode } = await api.data<{
      createReferralCode: { code: string; profile: { id: string; referrals: { code: string } } };
    }>(CREATE, { id });
    const { code, profile } = createReferralCode;
    expect(profile).toEqual({ id, referrals: { code } });
    return code;
  }

  it('a claim converts with the first order, and both get their points', async () => {
    const referrer = await newProfile(api, 'referrer');
    const referee = await newProfile(api, 'referee');
    const code = await createCode(referrer);
    expect(await createCode(referrer)).toBe(code);
    expect(await api.data(CLAIM, { id: referee, code: ` ${code.toLowerCase()} ` })).toEqual({
      claimReferral: { __typename: 'Referral', status: 'CLAIMED' },
    });
    expect(await view(referrer)).toMatchObject({
      referrals: { invited: 1, converted: 0 },
      loyalty: { balance: '0' },
    });
    await recordEvents(api, [order('referee', 10)]);
    expect(await view(referrer)).toMatchObject({
      referrals: { invited: 1, converted: 1 },
      loyalty: { balance: '500' },
    });
    expect((await view(referee)).loyalty.balance).toBe('210');
    // The second order is only an order.
    await recordEvents(api, [order('referee', 10)]);
    expect((await view(referrer)).loyalty.balance).toBe('500');
    expect((await view(referee)).loyalty.balance).toBe('220');
  });

  it('claims that cannot be are refused by name', async () => {
    const [a, b, c] = [
      await newProfile(api, 'ref-a'),
      await newProfile(api, 'ref-b'),
      await newProfile(api, 'ref-c', order('ref-c', 5)),
    ];
    const codeOfA = await createCode(a);
    const codeOfB = await createCode(b);
    const claim = async (id: string, code: string) =>
      (await api.data<{ claimReferral: { __typename: string } }>(CLAIM, { id, code })).claimReferral
        .__typename;
    expect(await claim(a, codeOfA)).toBe('SelfReferral');
    expect(await claim(a, 'NOBODYS1')).toBe('ReferralCodeNotFound');
    expect(await claim(a, '!')).toBe('ReferralCodeNotFound');
    expect(await claim(c, codeOfA)).toBe('NotANewCustomer');
    expect(await claim(`prf_${'f'.repeat(32)}`, codeOfA)).toBe('ProfileNotFound');
    expect(await claim(b, codeOfA)).toBe('Referral');
    expect(await claim(b, codeOfA)).toBe('AlreadyReferred');
    expect(await claim(a, codeOfB)).toBe('ReferralCycle');
  });
});

describe('adjustPoints', () => {
  const ADJUST = `mutation ($input: AdjustPointsInput!) { adjustPoints(input: $input) {
    __typename
    ... on LoyaltyTransaction { id points kind reason note actor account { balance } }
    ... on InsufficientPoints { requested balance }
    ... on IdempotencyKeyReused { idempotencyKey }
    ... on AdjustmentRefused { fault limit } } }`;

  it('changes the balance in the response, to the last of 64 bits', async () => {
    const profileId = await newProfile(api, 'saver');
    const input = { profileId, reason: 'Goodwill', note: 'Late parcel', idempotencyKey: 'a-1' };
    expect(await api.data(ADJUST, { input: { ...input, points: '1000000' } })).toEqual({
      adjustPoints: {
        __typename: 'LoyaltyTransaction',
        id: expect.stringMatching(/^txn_/),
        points: '1000000',
        kind: 'ADJUSTMENT',
        reason: 'Goodwill',
        note: 'Late parcel',
        actor: expect.stringMatching(/^key:test/),
        account: { balance: '1000000' },
      },
    });
    expect(
      await api.data(ADJUST, { input: { ...input, idempotencyKey: 'a-2', points: -400_000 } }),
    ).toMatchObject({ adjustPoints: { points: '-400000', account: { balance: '600000' } } });
    expect(
      await api.data(ADJUST, { input: { ...input, idempotencyKey: 'a-3', points: -600_001 } }),
    ).toEqual({
      adjustPoints: { __typename: 'InsufficientPoints', requested: '600001', balance: '600000' },
    });
    expect(await api.data(ADJUST, { input: { ...input, points: 1 } })).toEqual({
      adjustPoints: { __typename: 'IdempotencyKeyReused', idempotencyKey: 'a-1' },
    });
    expect((await view(profileId)).loyalty.balance).toBe('600000');
  });

  it.each([
    ['ZERO_POINTS', { points: 0 }],
    ['BEYOND_MAXIMUM', { points: 1_000_001 }],
    ['BEYOND_MAXIMUM', { points: '-9223372036854775808' }],
    ['REASON_MISSING', { reason: ' ' }],
    ['REASON_TOO_LONG', { reason: 'x'.repeat(201) }],
    ['NOTE_TOO_LONG', { note: 'x'.repeat(2001) }],
    ['KEY_MISSING', { idempotencyKey: '' }],
    ['KEY_TOO_LONG', { idempotencyKey: 'x'.repeat(201) }],
    ['MALFORMED_TEXT', { note: 'a\0b' }],
    ['MALFORMED_TEXT', { reason: 'a\ud83e' }],
    ['MALFORMED_TEXT', { idempotencyKey: '\ud83e' }],
  ])('%s', async (fault, change) => {
    const profileId = await newProfile(api, 'refused');
    const input = { profileId, points: 5, reason: 'r', idempotencyKey: `k-${fault}`, ...change };
    expect(await api.data(ADJUST, { input })).toMatchObject({
      adjustPoints: { __typename: 'AdjustmentRefused', fault },
    });
    expect((await view(profileId)).loyalty.balance).toBe('0');
  });
});

function toUuid(publicId: string): string {
  return publicId.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
