import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { codeOf, Subscriber } from '../support/subscriber';

const api = useApi();
const subscribers: Subscriber[] = [];

afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.dispose();
});

async function subscriber(credentials?: { key?: string; jwt?: string }): Promise<Subscriber> {
  const made = new Subscriber(api.url, credentials ?? { key: await api.key() });
  subscribers.push(made);
  return made;
}

const PROFILE = `subscription ($id: ID!) {
  profileChanged(id: $id) { id loyalty { balance } lifecycle { stage } identifiers { value } }
}`;

interface ProfileChanged {
  readonly profileChanged: {
    readonly id: string;
    readonly loyalty: { readonly balance: string };
    readonly lifecycle: { readonly stage: string };
    readonly identifiers: readonly { readonly value: string }[];
  };
}

const BALANCE = 'subscription { loyaltyBalanceChanged { balance tier } }';

interface BalanceChanged {
  readonly loyaltyBalanceChanged: { readonly balance: string; readonly tier: string } | null;
}

const TRANSITIONS = `subscription ($filter: LifecycleTransitionFilter) {
  lifecycleTransitions(filter: $filter) { profileId model from to since profile { id } }
}`;

interface Transitions {
  readonly lifecycleTransitions: {
    readonly profileId: string;
    readonly from: string;
    readonly to: string;
    readonly profile: { readonly id: string } | null;
  } | null;
}

async function adjust(profileId: string, points: number): Promise<void> {
  await api.data(
    `mutation ($input: AdjustPointsInput!) {
      adjustPoints(input: $input) { ... on LoyaltyTransaction { id } } }`,
    { input: { profileId, points, reason: 'Test', idempotencyKey: `${profileId} ${points}` } },
  );
}

/** Enough orders, on days of their own, for a new stage. */
async function grow(userId: string): Promise<void> {
  const days = ['2026-07-01', '2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01'];
  await recordEvents(
    api,
    days.map((day) => order(userId, 20, { occurredAt: `${day}T08:00:00Z` })),
  );
}

describe('profileChanged', () => {
  it('tells how things stand, and what is committed after', async () => {
    const id = await newProfile(api, 'anna');
    const messages = (await subscriber()).subscribe<ProfileChanged>(PROFILE, { id });
    const first = await messages.next();
    expect(first.profileChanged).toMatchObject({ id, identifiers: [{ value: 'anna' }] });
    await adjust(id, 70);
    const second = await messages.next();
    expect(second.profileChanged.loyalty.balance).toBe(
      String(Number(first.profileChanged.loyalty.balance) + 70),
    );
  });

  it('tells the last of many changes, and does not repeat itself', async () => {
    const id = await newProfile(api, 'bert');
    const messages = (await subscriber()).subscribe<ProfileChanged>(PROFILE, { id });
    const { balance } = (await messages.next()).profileChanged.loyalty;
    for (let points = 1; points <= 20; points += 1) await adjust(id, points);
    const told: number[] = [];
    while (told.at(-1) !== Number(balance) + 210) {
      told.push(Number((await messages.next()).profileChanged.loyalty.balance));
    }
    expect(told).toEqual([...new Set(told)].sort((one, other) => one - other));
    // A page view changes nothing of what is asked for; the adjustment after it does.
    await recordEvents(api, [{ name: 'Page Viewed', identifiers: [userIdentifier('bert')] }]);
    await adjust(id, 1_000);
    const { loyalty } = (await messages.next()).profileChanged;
    expect(Number(loyalty.balance)).toBe(Number(balance) + 1_210);
  });

  it('tells nothing of what was rolled back', async () => {
    const id = await newProfile(api, 'carl');
    const messages = (await subscriber()).subscribe<ProfileChanged>(PROFILE, { id });
    const { balance } = (await messages.next()).profileChanged.loyalty;
    const heardBefore = api.app.live.counts.heard;
    const rolledBack = api.app.database.transaction(async (tx) => {
      const event = {
        messageId: 'rolled back',
        name: 'Order Completed',
        identifiers: [userIdentifier('carl')],
        properties: { revenue: 500 },
      };
      await api.app.events.ingestIn(tx, 'test', [event], api.clock.now());
      throw new Error('Not so.');
    });
    await expect(rolledBack).rejects.toThrow('Not so.');
    await adjust(id, 3);
    const { loyalty } = (await messages.next()).profileChanged;
    expect(Number(loyalty.balance)).toBe(Number(balance) + 3);
    expect(api.app.live.counts.heard - heardBefore).toBe(1);
  });

  it('follows a merge and an unmerge, by either id', async () => {
    const older = await newProfile(api, 'dora');
    const younger = await newProfile(api, '', {
      identifiers: [{ namespace: 'anonymous_id', value: 'dora-cookie' }],
    });
    const client = await subscriber();
    const ofYounger = client.subscribe<ProfileChanged>(PROFILE, { id: younger });
    const ofOlder = client.subscribe<ProfileChanged>(PROFILE, { id: older });
    expect((await ofYounger.next()).profileChanged.id).toBe(younger);
    expect((await ofOlder.next()).profileChanged.id).toBe(older);

    const merged = await api.data<{ mergeProfiles: { mergeId: string } }>(
      `mutation ($input: MergeProfilesInput!) {
        mergeProfiles(input: $input) { ... on ProfilesMerged { mergeId } } }`,
      { input: { profileId: older, otherProfileId: younger, reason: 'One person' } },
    );
    for (const messages of [ofYounger, ofOlder]) {
      const { profileChanged } = await messages.next();
      expect([profileChanged.id, profileChanged.identifiers]).toEqual([
        older,
        expect.arrayContaining([{ value: 'dora' }, { value: 'dora-cookie' }]),
      ]);
    }
    await adjust(older, 9);
    const { balance } = (await ofYounger.next()).profileChanged.loyalty;
    expect((await ofOlder.next()).profileChanged.loyalty.balance).toBe(balance);

    await api.data(
      `mutation ($input: UnmergeProfileInput!) { unmergeProfile(input: $input) { __typename } }`,
      { input: { mergeId: merged.mergeProfiles.mergeId, reason: 'Two people' } },
    );
    expect((await ofYounger.next()).profileChanged).toMatchObject({
      id: younger,
      identifiers: [{ value: 'dora-cookie' }],
    });
    expect((await ofOlder.next()).profileChanged).toMatchObject({ id: older });
  });

  it('is refused by its name for nobody, and for what is no id', async () => {
    const client = await subscriber();
    const nobody = `prf_${'0'.repeat(32)}`;
    expect(await codeOf(client.subscribe(PROFILE, { id: nobody }).next())).toBe('NOT_FOUND');
    expect(await codeOf(client.subscribe(PROFILE, { id: 'nobody' }).next())).toBe('INVALID_INPUT');
  });

  it('is over when the client ends it', async () => {
    const id = await newProfile(api, 'emma');
    const client = await subscriber();
    const messages = client.subscribe<ProfileChanged>(PROFILE, { id });
    await messages.next();
    const again = client.subscribe<ProfileChanged>(PROFILE, { id });
    await again.next();
    await messages.end();
    await adjust(id, 5);
    await again.next();
    expect(await messages.nextResult()).toBeUndefined();
  });
});

describe('loyaltyBalanceChanged', () => {
  it('tells a customer their own balance, from before their first event on', async () => {
    const client = await subscriber({ jwt: await api.jwt('frida') });
    const messages = client.subscribe<BalanceChanged>(BALANCE);
    expect(await messages.next()).toEqual({ loyaltyBalanceChanged: null });
    const id = await newProfile(api, 'frida', order('frida', 30));
    const { loyaltyBalanceChanged } = await messages.next();
    expect(Number(loyaltyBalanceChanged?.balance)).toBeGreaterThan(0);
    await adjust(id, 40);
    const next = await messages.next();
    expect(Number(next.loyaltyBalanceChanged?.balance)).toBe(
      Number(loyaltyBalanceChanged?.balance) + 40,
    );
  });

  it('tells nothing of others', async () => {
    const mine = await newProfile(api, 'greta');
    const other = await newProfile(api, 'hans');
    const client = await subscriber({ jwt: await api.jwt('greta') });
    const messages = client.subscribe<BalanceChanged>(BALANCE);
    const before = Number((await messages.next()).loyaltyBalanceChanged?.balance);
    await adjust(other, 1_000);
    await adjust(mine, 2);
    expect(Number((await messages.next()).loyaltyBalanceChanged?.balance)).toBe(before + 2);
  });

  it('goes on with the survivor of a merge', async () => {
    await newProfile(api, '', {
      identifiers: [{ namespace: 'email', value: 'ida@mail.test' }],
      name: 'Order Completed',
      properties: { revenue: 50, currency: 'USD' },
    });
    await newProfile(api, 'ida');
    const client = await subscriber({ jwt: await api.jwt('ida') });
    const messages = client.subscribe<BalanceChanged>(BALANCE);
    const before = Number((await messages.next()).loyaltyBalanceChanged?.balance);
    const identifiers = [userIdentifier('ida'), { namespace: 'email', value: 'ida@mail.test' }];
    const { profiles } = await recordEvents(api, [{ name: 'Signed In', identifiers }]);
    const merged = Number((await messages.next()).loyaltyBalanceChanged?.balance);
    expect(merged).toBeGreaterThan(before);
    await adjust(profiles[0]?.id ?? '', 8);
    const after = Number((await messages.next()).loyaltyBalanceChanged?.balance);
    expect(after).toBe(merged + 8);
  });
});

describe('lifecycleTransitions', () => {
  it('says when it has begun, and tells each change that is wanted', async () => {
    const client = await subscriber();
    const all = client.subscribe<Transitions>(TRANSITIONS);
    const toChurn = client.subscribe<Transitions>(TRANSITIONS, { filter: { to: ['CHURN'] } });
    expect(await all.next()).toEqual({ lifecycleTransitions: null });
    expect(await toChurn.next()).toEqual({ lifecycleTransitions: null });
    const id = await newProfile(api, 'jo');
    await grow('jo');
    const { lifecycleTransitions } = await all.next();
    expect(lifecycleTransitions).toMatchObject({
      profileId: id,
      profile: { id },
      model: 'five-stage',
      from: 'ACQUISITION',
    });

    api.clock.advanceDays(400);
    await api.app.activity.evaluateAllDue(api.clock.now());
    let told = await toChurn.next();
    while (told.lifecycleTransitions?.profileId !== id) told = await toChurn.next();
    expect(told.lifecycleTransitions.to).toBe('CHURN');
    api.clock.advanceDays(-400);
  });

  it('refuses stages and models that do not exist', async () => {
    const client = await subscriber();
    const withFilter = (filter: object) => codeOf(client.subscribe(TRANSITIONS, { filter }).next());
    expect(await withFilter({ to: ['CHURNED'] })).toBe('INVALID_INPUT');
    expect(await withFilter({ model: 'no-such' })).toBe('UNKNOWN_LIFECYCLE_MODEL');
  });

  it('tells nothing of a change that was rolled back', async () => {
    const client = await subscriber();
    const messages = client.subscribe<Transitions>(TRANSITIONS);
    await messages.next();
    await newProfile(api, 'kim');
    const events = ['2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01'].map((day) => ({
      messageId: `rehearsed ${day}`,
      name: 'Order Completed',
      identifiers: [userIdentifier('kim')],
      properties: { revenue: 20 },
      occurredAt: new Date(`${day}T08:00:00Z`),
    }));
    await api.app.database.rehearse((tx) =>
      api.app.events.ingestIn(tx, 'test', events, api.clock.now()),
    );
    const id = await newProfile(api, 'lea');
    await grow('lea');
    const { lifecycleTransitions } = await messages.next();
    expect(lifecycleTransitions?.profileId).toBe(id);
  });
});
