import { lockIdentities } from '../../src/domains/identity/identity.locks';
import type { Tx } from '../../src/platform/database/database';
import { fromPublicId, type ProfileId, toPublicPairId } from '../../src/shared/ids';
import { order, recordEvents, type SentEvent, userIdentifier } from '../support/actions';
import { type Credentials, useApi } from '../support/api';

/** Merging and parting by an operator's hand, as a tool does it. */
const api = useApi();

const SNAPSHOT = `profileId identifiers { namespace value } stage atRisk valueTier pointsBalance
  lifetimePoints membershipTier consents { purpose status } referralsMade referralsConverted
  referredByCode`;

const MERGED = `__typename
  ... on ProfilesMerged { dryRun mergeId overridden before { ${SNAPSHOT} } after { ${SNAPSHOT} }
    profile { id loyalty { balance } mergedFrom { id absorbedId source reason eventId } } }
  ... on MergeRefused { message reasons canBeForced profile { id } }
  ... on ProfileNotFound { message }`;

const MERGE = `mutation ($input: MergeProfilesInput!) { mergeProfiles(input: $input) { ${MERGED} } }`;

const UNMERGE = `mutation ($input: UnmergeProfileInput!) { unmergeProfile(input: $input) {
  __typename
  ... on ProfileUnmerged { dryRun unmergeId before { ${SNAPSHOT} } after { ${SNAPSHOT} }
    revokedLinkIds profiles { id loyalty { balance } } }
  ... on UnmergeRefused { message reason connectedBy { id source eventId } } } }`;

const LOOK = `query ($id: ID!) { profile(id: $id) {
  id identifiers { namespace value } lifecycle { stage } loyalty { balance lifetimePoints }
  traits consents { purpose status } feedback { edges { node { id } } }
  events(first: 50) { edges { node { name } } } mergedFrom { id } } }`;

const LOG = `query ($id: ID!) { profile(id: $id) { identityLog(first: 50) { edges { node {
  kind source eventId reason linkId mergeId survivorId absorbedId
  identifier { namespace value } linkedTo { namespace value } } } } } }`;

interface Snapshot {
  readonly profileId: string;
  readonly pointsBalance: string;
  readonly identifiers: readonly { readonly value: string }[];
}

interface MergeResult {
  readonly __typename: string;
  readonly mergeId: string | null;
  readonly reasons?: readonly string[];
  readonly before: readonly Snapshot[];
  readonly after: Snapshot;
  readonly profile: { readonly id: string } | null;
}

interface LogEntry {
  readonly kind: string;
  readonly source: string;
  readonly reason: string | null;
  readonly linkId: string | null;
  readonly mergeId: string | null;
  readonly identifier: { readonly value: string } | null;
  readonly linkedTo: { readonly value: string } | null;
}

let serial = 0;

function cookie(name: string) {
  return { namespace: 'anonymous_id', value: name };
}

async function personOf(...events: readonly Partial<SentEvent>[]): Promise<string> {
  serial += 1;
  const { profiles } = await recordEvents(
    api,
    events.map((one) => ({ name: 'Page Viewed', identifiers: [cookie(`c-${serial}`)], ...one })),
  );
  expect(profiles).toHaveLength(1);
  return profiles[0]?.id ?? '';
}

async function merge(
  profileId: string,
  otherProfileId: string,
  more: Readonly<Record<string, unknown>> = {},
  credentials?: Credentials,
): Promise<MergeResult> {
  const input = { profileId, otherProfileId, reason: 'One person', ...more };
  return (await api.data<{ mergeProfiles: MergeResult }>(MERGE, { input }, credentials))
    .mergeProfiles;
}

async function unmerge(input: Readonly<Record<string, unknown>>) {
  const data = await api.data<{ unmergeProfile: { readonly __typename: string } }>(UNMERGE, {
    input: { reason: 'Two people', ...input },
  });
  return data.unmergeProfile;
}

async function look(id: string): Promise<unknown> {
  return (await api.data<{ profile: unknown }>(LOOK, { id })).profile;
}

async function logOf(id: string): Promise<readonly LogEntry[]> {
  const data = await api.data<{
    profile: { identityLog: { edges: readonly { node: LogEntry }[] } };
  }>(LOG, { id });
  return data.profile.identityLog.edges.map(({ node }) => node);
}

describe('a merge', () => {
  const consent = (ads: boolean) => ({
    name: 'Consent Updated',
    properties: { categoryPreferences: { ads } },
  });

  it('is shown beforehand, made, and undone, and everybody is as before', async () => {
    const ann = userIdentifier('ann-1');
    const known = await personOf(
      { ...order('ann-1', 120), identifiers: [ann] },
      { ...consent(true), identifiers: [ann] },
      { name: 'Signed In', identifiers: [ann], traits: { name: 'Ann' } },
    );
    const visitor = await personOf({ name: 'Signed In' }, consent(false));
    const before = [await look(known), await look(visitor)];

    const shown = await merge(visitor, known, { dryRun: true });
    expect(shown).toMatchObject({
      __typename: 'ProfilesMerged',
      dryRun: true,
      mergeId: null,
      profile: null,
      overridden: [],
      before: [{ profileId: known }, { profileId: visitor }],
      after: { profileId: known, consents: [{ purpose: 'ads', status: 'DENIED' }] },
    });
    const points = (one: Snapshot) => BigInt(one.pointsBalance);
    const sum = shown.before.map(points).reduce((left, right) => left + right);
    expect(points(shown.after)).toBe(sum);
    expect(shown.after.identifiers).toHaveLength(2);
    expect([await look(known), await look(visitor)]).toEqual(before);

    const made = await merge(visitor, known);
    expect(made.after).toEqual(shown.after);
    expect(made).toMatchObject({
      dryRun: false,
      profile: {
        id: known,
        loyalty: { balance: shown.after.pointsBalance },
        mergedFrom: [
          { id: made.mergeId, absorbedId: visitor, reason: 'One person', eventId: null },
        ],
      },
    });
    expect(await look(visitor)).toMatchObject({ id: known });

    const parted = await unmerge({ mergeId: made.mergeId });
    expect(parted).toMatchObject({
      __typename: 'ProfileUnmerged',
      after: [{ profileId: known }, { profileId: visitor }],
      profiles: [{ id: known }, { id: visitor }],
    });
    expect([await look(known), await look(visitor)]).toEqual(before);
    expect(await unmerge({ mergeId: made.mergeId })).toMatchObject({ reason: 'MERGE_UNDONE' });
  });

  it('is on record with who decided and why, on either side', async () => {
    const [one, other] = [await personOf({}), await personOf({})];
    const { mergeId } = await merge(one, other);
    await unmerge({ mergeId, reason: '  A shared tablet ' });
    for (const id of [one, other]) {
      const log = await logOf(id);
      expect(log.map(({ kind }) => kind)).toEqual(
        id === one
          ? expect.arrayContaining(['UNMERGED', 'REVOKED', 'MERGED', 'LINKED'])
          : expect.arrayContaining(['UNMERGED', 'REVOKED', 'LINKED']),
      );
      const unmerged = log.find(({ kind }) => kind === 'UNMERGED');
      expect(unmerged).toMatchObject({
        reason: 'A shared tablet',
        mergeId,
        source: expect.stringMatching(/^key:/),
        survivorId: id,
      });
    }
  });

  it('of one with itself, with whom it absorbed or with nobody is refused, each by its name', async () => {
    const [one, other] = [await personOf({}), await personOf({})];
    expect(await merge(one, one)).toMatchObject({ reasons: ['ONE_ALREADY'], profile: { id: one } });
    await merge(one, other);
    expect(await merge(other, one)).toMatchObject({
      __typename: 'MergeRefused',
      reasons: ['ONE_ALREADY'],
      canBeForced: false,
      profile: { id: one },
    });
    const nobody = `prf_${'0'.repeat(32)}`;
    expect((await merge(one, nobody)).__typename).toBe('ProfileNotFound');
    expect((await merge(nobody, nobody)).__typename).toBe('ProfileNotFound');
  });

  it('carries on where one of the two is an absorbed id', async () => {
    const [one, two, three] = [await personOf({}), await personOf({}), await personOf({})];
    await merge(one, two);
    const made = await merge(three, two);
    expect(made).toMatchObject({ after: { profileId: one } });
    expect(await look(three)).toMatchObject({ id: one });
  });

  it('of two people needs force, and force a scope of its own', async () => {
    const one = await personOf({ identifiers: [userIdentifier('bob-1')] });
    const other = await personOf({ identifiers: [userIdentifier('bob-2')] });
    expect(await merge(one, other)).toMatchObject({
      __typename: 'MergeRefused',
      reasons: ['PERSON_CONFLICT'],
      canBeForced: true,
      message: expect.stringContaining('unique to a person'),
    });
    const key = await api.key('profiles:merge', 'profiles:read', 'loyalty:read', 'referrals:read');
    const input = { profileId: one, otherProfileId: other, reason: 'x', force: true };
    const { errors } = await api.query(MERGE, { input }, { key });
    expect(errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'profiles:override' });
    expect(await look(other)).toMatchObject({ id: other });
    expect(await merge(one, other, { force: true })).toMatchObject({
      overridden: ['PERSON_CONFLICT'],
      after: { profileId: one },
    });
  });

  it('is not for a customer, nor without the scope', async () => {
    const [one, other] = [await personOf({}), await personOf({})];
    const input = { profileId: one, otherProfileId: other, reason: 'x' };
    for (const credentials of [
      { jwt: await api.jwt('ann-1') },
      { key: await api.key('profiles:read', 'loyalty:adjust') },
    ]) {
      const { errors } = await api.query(MERGE, { input }, credentials);
      expect(errors[0]?.extensions['code']).toBe('FORBIDDEN');
    }
    expect(await look(other)).toMatchObject({ id: other });
  });

  it.each([
    ['an empty reason', { reason: '' }],
    ['a blank reason', { reason: ' \n' }],
    ['a reason that is too long', { reason: 'x'.repeat(501) }],
    ['an id of something else', { otherProfileId: `evt_${'0'.repeat(32)}` }],
    ['no id at all', { otherProfileId: '' }],
  ])('with %s is invalid', async (_, wrong) => {
    const input = {
      profileId: await personOf({}),
      otherProfileId: await personOf({}),
      reason: 'x',
    };
    const { errors } = await api.query(MERGE, { input: { ...input, ...wrong } });
    expect(errors[0]?.extensions['code']).toBe('INVALID_INPUT');
  });

  it('of opposite directions at the same moment happens once', async () => {
    const [one, other] = [
      await personOf({ name: 'Signed In' }),
      await personOf({ name: 'Signed In' }),
    ];
    const results = await Promise.all([
      merge(one, other),
      merge(other, one),
      merge(one, other),
      merge(other, one),
    ]);
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'MergeRefused',
      'MergeRefused',
      'MergeRefused',
      'ProfilesMerged',
    ]);
    expect(await look(other)).toMatchObject({ id: one, mergedFrom: [{}] });
  });
});

describe('what was taken apart', () => {
  async function partedPair() {
    const [left, right] = [cookie(`left-${++serial}`), cookie(`right-${serial}`)];
    const one = await personOf({ identifiers: [left], messageId: `first-${serial}` });
    const other = await personOf({ identifiers: [right] });
    const joining = { messageId: `join-${serial}`, name: 'Signed In', identifiers: [left, right] };
    await recordEvents(api, [{ ...joining, occurredAt: api.clock.now().toISOString() }]);
    const merged = (await logOf(one)).find(({ kind }) => kind === 'MERGED');
    await unmerge({ mergeId: merged?.mergeId });
    return { one, other, left, right, joining };
  }

  it('is not joined again by the same event, nor by it under another name', async () => {
    const { one, other, joining } = await partedPair();
    const again = await recordEvents(api, [
      joining,
      { ...joining, messageId: `${joining.messageId}-again`, occurredAt: '2026-01-01T00:00:00Z' },
    ]);
    expect(again.outcomes).toMatchObject([
      { status: 'DUPLICATE' },
      { status: 'ACCEPTED', demoted: [{ reason: 'LINK_REVOKED' }] },
    ]);
    expect(await look(other)).toMatchObject({ id: other });
    expect(await look(one)).toMatchObject({ id: one });
  });

  it('nor by new evidence through somebody else, unless policy admits it', async () => {
    const { other, left, right } = await partedPair();
    const between = cookie(`between-${serial}`);
    const { outcomes } = await recordEvents(api, [
      { name: 'A', identifiers: [left, between] },
      { name: 'B', identifiers: [between, right] },
    ]);
    expect(outcomes.map(({ demoted }) => demoted.map(({ reason }) => reason))).toEqual([
      [],
      ['LINK_REVOKED'],
    ]);
    expect(await look(other)).toMatchObject({ id: other });
  });

  it('is joined again by force, and by events from then on', async () => {
    const { one, other, left, right } = await partedPair();
    expect(await merge(one, other)).toMatchObject({ reasons: ['LINK_REVOKED'], canBeForced: true });
    const { mergeId } = await merge(one, other, { force: true });
    // What was taken apart and joined again is told once, though both sides are here.
    const kinds = (await logOf(one)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'REVOKED' || kind === 'UNMERGED')).toHaveLength(2);
    const { outcomes } = await recordEvents(api, [{ name: 'C', identifiers: [left, right] }]);
    expect(outcomes).toMatchObject([{ demoted: [] }]);
    expect(await unmerge({ mergeId })).toMatchObject({ __typename: 'ProfileUnmerged' });
    expect(await look(other)).toMatchObject({ id: other });
  });
});

describe('taking links back', () => {
  it('parts an identifier that was never a profile, with what it brought', async () => {
    const [user, device] = [userIdentifier(`u-${++serial}`), cookie(`d-${serial}`)];
    const one = await personOf(
      { identifiers: [user] },
      { name: 'Signed In', identifiers: [user, device] },
      { name: 'Signed In', identifiers: [device] },
    );
    const linked = (await logOf(one)).find(({ kind }) => kind === 'LINKED');
    const shown = await unmerge({ linkIds: [linked?.linkId], dryRun: true });
    expect(shown).toMatchObject({ dryRun: true, unmergeId: null, profiles: null });
    expect(await look(one)).toMatchObject({ identifiers: [{}, {}] });

    const parted = await unmerge({ linkIds: [linked?.linkId] });
    expect(parted).toMatchObject({
      revokedLinkIds: [linked?.linkId],
      after: [
        { profileId: one, identifiers: [user] },
        { identifiers: [device], pointsBalance: '1' },
      ],
    });
    expect(await unmerge({ linkIds: [linked?.linkId] })).toMatchObject({
      reason: 'LINK_NOT_FOUND',
    });
  });

  it('is refused where other links join the same, and tells which', async () => {
    const names = ['x', 'y', 'z'].map((name) => cookie(`${name}-${++serial}`));
    const [x, y, z] = names as [(typeof names)[0], (typeof names)[0], (typeof names)[0]];
    const one = await personOf(
      { identifiers: [x, y] },
      { identifiers: [y, z] },
      { identifiers: [x, z] },
    );
    const links = (await logOf(one)).filter(({ kind }) => kind === 'LINKED');
    expect(links).toHaveLength(3);
    const refused = await unmerge({ linkIds: [links[0]?.linkId] });
    expect(refused).toMatchObject({ __typename: 'UnmergeRefused', reason: 'STILL_CONNECTED' });
    expect(refused).toMatchObject({ connectedBy: [{ source: expect.anything() }, {}] });
    const ofZ = links.filter(({ identifier, linkedTo }) =>
      [identifier?.value, linkedTo?.value].includes(z.value),
    );
    expect(await unmerge({ linkIds: ofZ.map(({ linkId }) => linkId) })).toMatchObject({
      after: [{ identifiers: [x, y] }, { identifiers: [z] }],
    });
  });

  it.each([
    ['neither', {}],
    ['both', { mergeId: `mrg_${'0'.repeat(32)}`, linkIds: [`lnk_${'0'.repeat(64)}`] }],
    ['no links', { linkIds: [] }],
    ['too many links', { linkIds: Array.from({ length: 101 }, () => `lnk_${'0'.repeat(64)}`) }],
    ['half a link', { linkIds: [`lnk_${'0'.repeat(63)}`] }],
    ['a merge that is none', { mergeId: 'mrg_1' }],
  ])('with %s is invalid', async (_, input) => {
    const { errors } = await api.query(UNMERGE, { input: { reason: 'x', ...input } });
    expect(errors[0]?.extensions['code']).toBe('INVALID_INPUT');
  });

  it('of nobody is not found', async () => {
    expect(await unmerge({ mergeId: `mrg_${'0'.repeat(32)}` })).toMatchObject({
      reason: 'MERGE_NOT_FOUND',
    });
    expect(await unmerge({ linkIds: [`lnk_${'0'.repeat(64)}`] })).toMatchObject({
      reason: 'LINK_NOT_FOUND',
      connectedBy: [],
    });
  });
});

describe('points that were spent', () => {
  const ADJUST = `mutation ($input: AdjustPointsInput!) {
    adjustPoints(input: $input) { ... on LoyaltyTransaction { id } } }`;

  it('stay spent where they were spent, and the rest goes back by who earned it', async () => {
    const one = await personOf(order(`s-${++serial}`, 100));
    const other = await personOf({ ...order('', 50), identifiers: [cookie(`o-${serial}`)] });
    const balance = async (id: string) => {
      const { loyalty } = (await look(id)) as { loyalty: { balance: string } };
      return Number(loyalty.balance);
    };
    const [left, right] = [await balance(one), await balance(other)];
    const { mergeId } = await merge(one, other);
    const spend = { profileId: one, points: String(-left - 10), reason: 'Spent', note: null };
    await api.data(ADJUST, { input: { ...spend, idempotencyKey: `spend-${serial}` } });
    await unmerge({ mergeId });
    expect((await balance(one)) + (await balance(other))).toBe(right - 10);
    expect(await balance(one)).toBeGreaterThanOrEqual(0);
    expect(await balance(other)).toBeGreaterThanOrEqual(0);
  });
});

describe('a duplicate candidate', () => {
  async function somebodyWaits(tx: Tx): Promise<void> {
    for (let tries = 1; tries <= 2_000; tries += 1) {
      const waiting = await tx.query(
        'select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))',
      );
      if (waiting.length > 0) return;
    }
  }

  const ACCEPT = `mutation ($input: AcceptDuplicateInput!) {
    acceptDuplicate(input: $input) { ${MERGED} } }`;

  it('is no longer accepted once the pair is gone, which is asked under the locks', async () => {
    const pair = [await personOf({}), await personOf({})];
    const ids = pair.map((id) => fromPublicId<ProfileId>('prf', id)).sort();
    const [profileId, otherProfileId] = ids as [ProfileId, ProfileId];
    await api.database.query(
      `insert into duplicate_candidate (profile_id, other_profile_id, score, reasons, status, found_at)
       values ($1, $2, 0.9, '[]', 'OPEN', now())`,
      ids,
    );
    const input = { id: toPublicPairId('dup', [profileId, otherProfileId]), reason: 'Alike' };
    const { accepting } = await api.database.transaction(async (tx) => {
      await lockIdentities(tx, ids);
      // In an object, since it ends only after the transaction does.
      const begun = { accepting: api.query(ACCEPT, { input }) };
      await somebodyWaits(tx);
      await tx.query('delete from duplicate_candidate where profile_id = $1', [profileId]);
      return begun;
    });
    const { errors } = await accepting;
    expect(errors[0]?.extensions['code']).toBe('NOT_FOUND');
    expect(await look(pair[1] ?? '')).toMatchObject({ id: pair[1] });
  });

  it('is accepted: shown first, then merged, and gone from the list', async () => {
    const traits = { name: 'Ada Lovelace', birthday: '1990-12-10', phone: '+8613800138000' };
    const one = await personOf({ traits });
    const other = await personOf({ traits });
    await api.app.duplicateScan.run(api.clock.now());
    const list = () =>
      api.data<{ duplicateCandidates: { edges: readonly { node: { id: string } }[] } }>(
        'query ($of: ID!) { duplicateCandidates(filter: { profileId: $of }) { edges { node { id } } } }',
        { of: one },
      );
    const [edge] = (await list()).duplicateCandidates.edges;
    const input = { id: edge?.node.id, reason: 'The same person' };
    expect(await api.data(ACCEPT, { input: { ...input, dryRun: true } })).toMatchObject({
      acceptDuplicate: { dryRun: true, after: { profileId: one } },
    });
    expect(await look(other)).toMatchObject({ id: other });
    expect(await api.data(ACCEPT, { input })).toMatchObject({
      acceptDuplicate: { profile: { id: one } },
    });
    expect((await list()).duplicateCandidates.edges).toEqual([]);
    const { errors } = await api.query(ACCEPT, { input });
    expect(errors[0]?.extensions['code']).toBe('NOT_FOUND');

    // Taken apart again they are not proposed once more: somebody has decided.
    const merged = (await logOf(one)).find(({ kind }) => kind === 'MERGED');
    await unmerge({ mergeId: merged?.mergeId });
    await api.database.query(
      'update duplicate_scan set pass_ended_at = null, after_profile_id = null',
    );
    await api.app.duplicateScan.run(api.clock.now());
    expect((await list()).duplicateCandidates.edges).toEqual([]);
  });
});
