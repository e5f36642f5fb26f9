import { fieldAccess } from '../../src/field-access';
import { type Scope, scopeNames } from '../../src/platform/auth/scopes';
import { toPublicId } from '../../src/shared/ids';
import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { type Answer, useApi } from '../support/api';

const api = useApi();

type Table = typeof fieldAccess;

/**
 * Subscriptions are not asked for by POST: test/api/subscriptions.test.ts. What goes along is seen with what led there: in `customer-view.test.ts`, `masking.test.ts`.
 */
type FieldName = {
  [Name in keyof Table]: Name extends `Subscription.${string}`
    ? never
    : Table[Name] extends { readonly goesAlong: true }
      ? never
      : Name;
}[keyof Table];

interface Operation {
  readonly text: string;
  readonly variables?: () => Readonly<Record<string, unknown>>;
  /** What leads to the field, besides the scope of its own. */
  readonly leadsThrough?: readonly Scope[];
  /** The way to it from `me`, for fields that are not a profile's own. */
  readonly ofCustomer?: string;
}

let ada = '';
let visitor = '';
let revocable = '';
let source = '';
let writeKey = '';
let pair = '';
let quarantined = '';
let count = 0;

beforeAll(async () => {
  const birthday = '1990-05-17';
  const traits = { name: 'Ada King', birthday };
  ada = await newProfile(api, 'ada', { ...order('ada', 10), traits });
  const grace = await newProfile(api, 'grace', { traits });
  pair = `dup_${[ada, grace].map((id) => id.slice('prf_'.length)).join('')}`;
  await api.app.duplicateScan.run(api.clock.now());
  await api.app.lifecycleGoalScan.run(api.clock.now());
  visitor = await newProfile(api, '', {
    identifiers: [{ namespace: 'anonymous_id', value: 'cookie' }],
  });
  await recordEvents(api, [{ name: 'A', identifiers: [] }]);
  const { quarantinedEvents } = await api.data<{
    quarantinedEvents: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
  }>('{ quarantinedEvents { edges { node { id } } } }');
  quarantined = quarantinedEvents.edges[0]?.node.id ?? '';
  const grantor = { actor: 'test', scopes: new Set(scopeNames) };
  const made = await api.app.apiKeys.create({ name: 'revocable', scopes: scopeNames }, grantor);
  revocable = toPublicId('key', made.apiKey.id);
  const shop = await api.app.sources.create({ name: 'web-shop' }, grantor);
  if (shop.kind !== 'SOURCE_CREATED') throw new Error('The source was not made.');
  source = toPublicId('src', shop.source.sourceId);
  writeKey = toPublicId('wky', shop.writeKey.writeKeyId);
  const schema = { name: 'Unsent', version: 1, schema: {}, isActivated: false };
  await api.app.eventSchemas.register({ ...schema, enforcement: 'ALLOW' }, 'test');
  const preset = await api.app.reads.lifecycleVersions.find('five-stage', 1);
  await api.app.lifecycleVersions.save(
    { name: 'own', document: preset?.document, note: '' },
    'test',
  );
  await api.app.lifecycleVersions.activate('own', 1, 'Test', 'test');
  await api.database.query(
    `insert into lifecycle_proposal (model, version, based_on, findings, proposed_at)
     values ('own', 2, 1, '{"before": {}, "now": {}}', now())`,
  );
});

/** The id of nothing there is. */
function nothing(prefix: string): string {
  return `${prefix}_${'0'.repeat(32)}`;
}

/** A request nobody made before, so that nothing is refused for being sent again. */
function fresh(): string {
  count += 1;
  return `fresh-${count}`;
}

const adjust = (selection: string): Operation => ({
  text: `mutation ($input: AdjustPointsInput!) { adjustPoints(input: $input) { ${selection} } }`,
  variables: () => ({
    input: { profileId: ada, points: 1, reason: 'Test', idempotencyKey: fresh() },
  }),
});

const dismiss = (selection: string): Operation => ({
  text: `mutation ($of: DismissDuplicateInput!) { dismissDuplicate(input: $of) { ${selection} } }`,
  variables: () => ({ of: { id: pair, reason: 'Test' } }),
});

/** The only way to an account that is open to a key without `loyalty:read`. */
const account = (selection: string): Operation => ({
  ...adjust(`... on LoyaltyTransaction { account { ${selection} } }`),
  leadsThrough: ['loyalty:adjust'],
  ofCustomer: `loyalty { ${selection} }`,
});

const rehearse = (selection: string): Operation => ({
  text: `mutation ($of: MergeProfilesInput!) { mergeProfiles(input: $of) { ${selection} } }`,
  variables: () => ({
    of: { profileId: ada, otherProfileId: visitor, reason: 'Test', dryRun: true },
  }),
});

const snapshot = (field: string): Operation => ({
  ...rehearse(`... on ProfilesMerged { after { ${field} } }`),
  leadsThrough: ['profiles:merge'],
});

/** How each field is asked for; the compiler sees to it that none is left out. */
const operations: Readonly<Record<Exclude<FieldName, `Profile.${string}`>, Operation>> = {
  'Query.me': { text: '{ me { __typename } }' },
  'Query.node': {
    text: 'query ($id: ID!) { node(id: $id) { __typename } }',
    variables: () => ({ id: ada }),
  },
  'Query.nodes': {
    text: 'query ($id: ID!) { nodes(ids: [$id]) { __typename } }',
    variables: () => ({ id: ada }),
  },
  'Query.profile': {
    text: 'query ($id: ID!) { profile(id: $id) { __typename } }',
    variables: () => ({ id: ada }),
  },
  'Query.profileByIdentifier': {
    text: 'query ($of: IdentifierInput!) { profileByIdentifier(identifier: $of) { __typename } }',
    variables: () => ({ of: userIdentifier('ada') }),
  },
  'Query.lifecycleFlow': { text: '{ lifecycleFlow(from: "2026-01-01T00:00:00Z") { model } }' },
  'Query.lifecycleStageGoals': {
    text: '{ lifecycleStageGoals(every: WEEK, from: "2026-01-01T00:00:00Z") { __typename } }',
  },
  'Query.identityPolicy': { text: '{ identityPolicy { phoneRegion } }' },
  'Query.profiles': { text: '{ profiles { __typename } }' },
  'Query.duplicateCandidates': { text: '{ duplicateCandidates { __typename } }' },
  'Query.identityWarnings': { text: '{ identityWarnings { __typename } }' },
  'Query.identityWarningCounts': { text: '{ identityWarningCounts { rule } }' },
  'Query.quarantinedEvents': { text: '{ quarantinedEvents { __typename } }' },
  'Query.quarantinedEvent': {
    text: 'query ($id: ID!) { quarantinedEvent(id: $id) { __typename } }',
    variables: () => ({ id: quarantined }),
  },
  'Query.quarantineCounts': { text: '{ quarantineCounts { reason } }' },
  'Mutation.correctQuarantinedEvent': {
    text: `mutation ($id: ID!, $event: EventInput!) {
      correctQuarantinedEvent(id: $id, event: $event, reason: "Test") { __typename } }`,
    variables: () => ({
      id: nothing('qtn'),
      event: { name: 'A', identifiers: [userIdentifier('ada')] },
    }),
  },
  'Mutation.replayQuarantinedEvents': {
    text: 'mutation ($ids: [ID!]!) { replayQuarantinedEvents(ids: $ids) { accepted } }',
    variables: () => ({ ids: [nothing('qtn')] }),
  },
  'Mutation.discardQuarantinedEvents': {
    text: `mutation ($ids: [ID!]!) {
      discardQuarantinedEvents(ids: $ids, reason: "Test") { __typename } }`,
    variables: () => ({ ids: [nothing('qtn')] }),
  },
  'Query.eventSchemas': { text: '{ eventSchemas { __typename } }' },
  'Query.eventSchema': { text: '{ eventSchema(name: "Unsent", version: 1) { __typename } }' },
  'Query.eventSchemaViolations': { text: '{ eventSchemaViolations { __typename } }' },
  'Query.previewEventSchema': {
    text: `{ previewEventSchema(input: { name: "A", schema: {}, enforcement: ALLOW }) {
      __typename } }`,
  },
  'Mutation.registerEventSchema': {
    text: `mutation { registerEventSchema(input: { name: "Unsent", version: 1, schema: {} }) {
      __typename } }`,
  },
  'Mutation.activateEventSchema': {
    text: `mutation { activateEventSchema(input: { name: "Unsent", version: 1 }) {
      __typename } }`,
  },
  'Mutation.retireEventSchema': {
    text: 'mutation { retireEventSchema(name: "Unsent", version: 2) { __typename } }',
  },
  'Query.lifecycleModels': { text: '{ lifecycleModels { __typename } }' },
  'Query.lifecycleModel': { text: '{ lifecycleModel(name: "five-stage") { status } }' },
  'Query.lifecycleModelSchema': { text: '{ lifecycleModelSchema }' },
  'Query.lifecycleFacts': { text: '{ lifecycleFacts { name label(language: ZH) } }' },
  'Query.lifecycleProposal': { text: '{ lifecycleProposal(model: "own") { basedOn } }' },
  'Query.lifecycleRollout': { text: '{ lifecycleRollout(model: "own") { percentage } }' },
  'Query.previewLifecycleModel': {
    text: `{ previewLifecycleModel(input: { name: "five-stage", version: 1, sample: 1 }) {
      __typename } }`,
  },
  'Mutation.saveLifecycleModel': {
    text: `mutation { saveLifecycleModel(input: { name: "five-stage", document: {} }) {
      __typename } }`,
  },
  'Mutation.activateLifecycleModel': {
    text: `mutation { activateLifecycleModel(input: {
      name: "five-stage", version: 1, reason: "Test" }) { __typename } }`,
  },
  'Mutation.rollBackLifecycleModel': {
    text: `mutation { rollBackLifecycleModel(input: { name: "five-stage", reason: "Test" }) {
      __typename } }`,
  },
  'Mutation.retireLifecycleModel': {
    text: `mutation { retireLifecycleModel(input: { name: "five-stage", reason: "Test" }) {
      __typename } }`,
  },
  'Mutation.proposeLifecycleModel': {
    text: 'mutation { proposeLifecycleModel(name: "five-stage") { __typename } }',
  },
  'Query.apiKeys': { text: '{ apiKeys { id } }' },
  'Query.sources': { text: '{ sources { id writeKeys { id } counters { accepted } } }' },
  'Query.source': {
    text: 'query ($id: ID!) { source(id: $id) { name } }',
    variables: () => ({ id: source }),
  },
  'Query.sourceCounters': { text: '{ sourceCounters { source } }' },
  'Mutation.createSource': {
    text: 'mutation ($of: CreateSourceInput!) { createSource(input: $of) { __typename } }',
    variables: () => ({ of: { name: fresh() } }),
    leadsThrough: ['events:write'],
  },
  'Mutation.updateSource': {
    text: 'mutation ($of: UpdateSourceInput!) { updateSource(input: $of) { name } }',
    variables: () => ({ of: { id: source, origins: ['*'] } }),
  },
  'Mutation.addWriteKey': {
    text: 'mutation ($id: ID!) { addWriteKey(sourceId: $id) { __typename } }',
    variables: () => ({ id: source }),
    leadsThrough: ['events:write'],
  },
  'Mutation.revokeWriteKey': {
    text: 'mutation ($id: ID!) { revokeWriteKey(id: $id) { id } }',
    variables: () => ({ id: writeKey }),
  },
  'Mutation.disableSource': {
    text: 'mutation ($id: ID!) { disableSource(id: $id) { id } }',
    variables: () => ({ id: source }),
  },
  'Mutation.enableSource': {
    text: 'mutation ($id: ID!) { enableSource(id: $id) { id } }',
    variables: () => ({ id: source }),
  },
  'Mutation.recordEvents': {
    text: 'mutation ($events: [EventInput!]!) { recordEvents(events: $events) { accepted } }',
    variables: () => ({ events: [{ name: 'A', identifiers: [userIdentifier('ada')] }] }),
  },
  'Mutation.mergeProfiles': rehearse('__typename'),
  'Mutation.acceptDuplicate': {
    text: 'mutation ($of: AcceptDuplicateInput!) { acceptDuplicate(input: $of) { __typename } }',
    variables: () => ({ of: { id: pair, reason: 'Test', dryRun: true } }),
  },
  'Mutation.unmergeProfile': {
    text: 'mutation ($of: UnmergeProfileInput!) { unmergeProfile(input: $of) { __typename } }',
    variables: () => ({ of: { mergeId: nothing('mrg'), reason: 'Test' } }),
  },
  'ProfileSnapshot.profileId': snapshot('profileId'),
  'ProfileSnapshot.identifiers': snapshot('identifiers { value }'),
  'ProfileSnapshot.stage': snapshot('stage'),
  'ProfileSnapshot.atRisk': snapshot('atRisk'),
  'ProfileSnapshot.valueTier': snapshot('valueTier'),
  'ProfileSnapshot.consents': snapshot('consents { purpose }'),
  'ProfileSnapshot.pointsBalance': snapshot('pointsBalance'),
  'ProfileSnapshot.lifetimePoints': snapshot('lifetimePoints'),
  'ProfileSnapshot.membershipTier': snapshot('membershipTier'),
  'ProfileSnapshot.referralsMade': snapshot('referralsMade'),
  'ProfileSnapshot.referralsConverted': snapshot('referralsConverted'),
  'ProfileSnapshot.referredByCode': snapshot('referredByCode'),
  'Mutation.adjustPoints': adjust('__typename'),
  'Mutation.submitFeedback': {
    text: 'mutation ($of: SubmitFeedbackInput!) { submitFeedback(input: $of) { __typename } }',
    variables: () => ({ of: { profileId: ada, kind: 'COMPLAINT' } }),
  },
  'Mutation.recordCommunityActivity': {
    text: `mutation ($of: CommunityActivityInput!) {
      recordCommunityActivity(input: $of) { __typename } }`,
    variables: () => ({ of: { profileId: ada, kind: 'POST' } }),
  },
  'Mutation.createReferralCode': {
    text: `mutation ($of: CreateReferralCodeInput!) {
      createReferralCode(input: $of) { __typename } }`,
    variables: () => ({ of: { profileId: ada } }),
  },
  'Mutation.claimReferral': {
    text: 'mutation ($of: ClaimReferralInput!) { claimReferral(input: $of) { __typename } }',
    variables: () => ({ of: { profileId: ada, code: 'NOBODYS1' } }),
  },
  'LifecycleTransition.triggeringEvent': {
    text: `query ($id: ID!) { profile(id: $id) { lifecycle { history(first: 1) { edges { node {
      triggeringEvent { messageId } } } } } } }`,
    variables: () => ({ id: ada }),
    leadsThrough: ['profiles:read'],
  },
  'Mutation.dismissDuplicate': dismiss('__typename'),
  'DuplicateCandidate.reasons': {
    ...dismiss('... on DuplicateCandidate { reasons { left } }'),
    leadsThrough: ['profiles:merge'],
  },
  'Mutation.createApiKey': {
    text: 'mutation ($of: CreateApiKeyInput!) { createApiKey(input: $of) { __typename } }',
    variables: () => ({ of: { name: fresh(), scopes: ['KEYS_MANAGE'] } }),
  },
  'Mutation.revokeApiKey': {
    text: 'mutation ($id: ID!) { revokeApiKey(id: $id) { __typename } }',
    variables: () => ({ id: revocable }),
  },
  'LoyaltyAccount.balance': account('balance'),
  'LoyaltyAccount.lifetimePoints': account('lifetimePoints'),
  'LoyaltyAccount.tier': account('tier'),
  'LoyaltyAccount.tierSince': account('tierSince'),
  'LoyaltyAccount.expiring': account('expiring { points }'),
  'LoyaltyAccount.lots': account('lots { edges { node { points } } }'),
  'LoyaltyAccount.transactions': account('transactions { edges { node { points } } }'),
  'LoyaltyTransaction.actor': {
    ...adjust('... on LoyaltyTransaction { actor }'),
    leadsThrough: ['loyalty:adjust'],
  },
  'LoyaltyTransaction.note': {
    ...adjust('... on LoyaltyTransaction { note }'),
    leadsThrough: ['loyalty:adjust'],
  },
};

const selections: Readonly<Record<string, string>> = {
  identifiers: '{ value }',
  mergedFrom: '{ id }',
  identityLog: '{ __typename }',
  consents: '{ status }',
  community: '{ score }',
  lifecycle: '{ stage }',
  value: '{ tier }',
  loyalty: '{ balance }',
  referrals: '{ code }',
  feedback: '{ __typename }',
  events: '{ __typename }',
};

function operationOf(name: FieldName): Operation {
  if (!isProfileField(name)) return operations[name];
  return {
    text: `query ($id: ID!) { profile(id: $id) { ${selectionOf(name)} } }`,
    variables: () => ({ id: ada }),
    leadsThrough: ['profiles:read'],
  };
}

function isProfileField(name: FieldName): name is Extract<FieldName, `Profile.${string}`> {
  return name.startsWith('Profile.');
}

function selectionOf(name: string): string {
  const field = name.slice('Profile.'.length);
  return `${field} ${selections[field] ?? ''}`;
}

function send(
  name: FieldName,
  credentials: { key?: string; jwt?: string },
): Promise<Answer<object>> {
  const { text, variables } = operationOf(name);
  return api.query(text, variables?.() ?? {}, credentials);
}

interface Row {
  readonly name: FieldName;
  readonly scope: Scope | undefined;
  readonly orScope: Scope | undefined;
  readonly customer: boolean;
}

const rows = Object.entries(fieldAccess)
  .filter(([, rule]) => !('goesAlong' in rule))
  .filter(([name]) => !name.startsWith('Subscription.'))
  .map(
    ([name, rule]): Row => ({
      name: name as FieldName,
      scope: 'scope' in rule ? rule.scope : undefined,
      orScope: 'orScope' in rule ? rule.orScope : undefined,
      customer: 'customer' in rule,
    }),
  );
const forKeys = rows.filter((row): row is Row & { scope: Scope } => row.scope !== undefined);

describe('whoever cannot be told is UNAUTHENTICATED', () => {
  it.each(rows)('$name', async ({ name }) => {
    const grantor = { actor: 'test', scopes: new Set(scopeNames) };
    const { secret, apiKey } = await api.app.apiKeys.create(
      { name: fresh(), scopes: scopeNames },
      grantor,
    );
    await api.app.apiKeys.revoke(apiKey.id);
    const unknown = `prn_live_${'x'.repeat(43)}`;
    const expired = await api.jwt('ada', -60);
    const forged = await api.jwt('ada', 3600, 'another secret that is long enough for HS256');
    const credentials = [
      {},
      { key: unknown },
      { key: secret },
      { key: 'nonsense' },
      { jwt: expired },
      { jwt: forged },
    ];
    for (const one of credentials) {
      const { status, data, errors } = await send(name, one);
      expect([status, data, errors.map(({ extensions }) => extensions.code)]).toEqual([
        401,
        null,
        ['UNAUTHENTICATED'],
      ]);
    }
  });
});

describe('a key with every scope but one is told which one it lacks', () => {
  // The way to the others is the second scope itself.
  it.each(forKeys.filter(({ orScope }) => orScope === undefined))(
    '$name: $scope',
    async ({ name, scope }) => {
      const key = await api.key(...scopeNames.filter((other) => other !== scope));
      const { errors, text } = await send(name, { key });
      expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', scope }]);
      expect(errors[0]?.message).toContain(scope);
      expect(text).not.toContain('"__typename"');
    },
  );
});

describe('a key with that scope and what leads there is let in', () => {
  it.each(forKeys)('$name: $scope', async ({ name, scope }) => {
    const { leadsThrough = [] } = operationOf(name);
    const key = await api.key(...new Set([scope, ...leadsThrough]));
    const { status, data, errors } = await send(name, { key });
    expect([status, errors]).toEqual([200, []]);
    expect(Object.values(data ?? {})).not.toContain(null);
  });
});

describe('a key with the other scope that will do is let in', () => {
  it.each(forKeys.filter(({ orScope }) => orScope !== undefined))(
    '$name: $orScope',
    async ({ name, orScope }) => {
      const key = await api.key(...(orScope === undefined ? [] : [orScope]));
      const { status, errors } = await send(name, { key });
      expect([status, errors]).toEqual([200, []]);
    },
  );
});

describe('without the scope nothing is done', () => {
  it('a refused mutation leaves no trace', async () => {
    const balance = () =>
      api.data('query ($id: ID!) { profile(id: $id) { loyalty { balance } } }', { id: ada });
    const before = await balance();
    await send('Mutation.adjustPoints', { key: await api.key('loyalty:read', 'profiles:read') });
    await send('Mutation.adjustPoints', { jwt: await api.jwt('ada') });
    expect(await balance()).toEqual(before);
  });
});

describe("a customer's own token", () => {
  it.each(rows.filter(({ name, customer }) => customer && !name.startsWith('Query.')))(
    'shows $name through `me`',
    async ({ name }) => {
      const text = `{ me { ${operationOf(name).ofCustomer ?? selectionOf(name)} } }`;
      const { status, data, errors } = await api.query(text, {}, { jwt: await api.jwt('ada') });
      expect([status, errors]).toEqual([200, []]);
      expect(data).toMatchObject({ me: expect.anything() });
    },
  );

  it.each(rows.filter(({ name, customer }) => !customer && isProfileField(name)))(
    'does not show $name',
    async ({ name }) => {
      const text = `{ me { ${selectionOf(name)} } }`;
      const { data, errors } = await api.query(text, {}, { jwt: await api.jwt('ada') });
      expect([data, errors.map(({ extensions }) => extensions.code)]).toEqual([
        { me: null },
        ['FORBIDDEN'],
      ]);
    },
  );

  it.each(rows.filter(({ name, customer }) => !isProfileField(name) && !customer))(
    'does not open $name',
    async ({ name }) => {
      if (name.startsWith('LoyaltyTransaction.')) {
        const field = name.slice('LoyaltyTransaction.'.length);
        const text = `{ me { loyalty { transactions { edges { node { ${field} } } } } } }`;
        const { errors, text: body } = await api.query(text, {}, { jwt: await api.jwt('ada') });
        expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
        expect(body).not.toContain('source:');
        return;
      }
      const { errors } = await send(name, { jwt: await api.jwt('ada') });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    },
  );

  it('shows the very customer it is about, and nobody where there is none yet', async () => {
    const text = '{ me { id identifiers { value } } }';
    const me = async (userId: string) => api.data(text, {}, { jwt: await api.jwt(userId) });
    expect(await me('ada')).toEqual({ me: { id: ada, identifiers: [{ value: 'ada' }] } });
    expect(await me('nobody')).toEqual({ me: null });
    expect(await me('undefined')).toEqual({ me: null });
  });

  it('is not a way to another profile by its id', async () => {
    const { data, errors } = await send('Query.profile', { jwt: await api.jwt('grace') });
    expect(data).toEqual({ profile: null });
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('is no key: `me` is not for keys', async () => {
    const { data, errors } = await send('Query.me', { key: await api.key() });
    expect([data, errors[0]?.extensions]).toEqual([{ me: null }, { code: 'FORBIDDEN' }]);
  });
});

describe('keys through the API', () => {
  const CREATE = `mutation ($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { secret apiKey { id name scopes createdBy } } }`;

  interface Created {
    readonly createApiKey: { readonly secret: string; readonly apiKey: { readonly id: string } };
  }

  it('are made, used, listed without their secret, and revoked', async () => {
    const input = { name: 'crm-sync', scopes: ['PROFILES_READ'] };
    const { createApiKey } = await api.data<Created>(CREATE, { input });
    const { secret, apiKey } = createApiKey;
    const use = () => send('Query.profiles', { key: secret });
    expect((await use()).status).toBe(200);
    const { text } = await api.query('{ apiKeys { id name scopes createdBy createdAt } }');
    expect(text).toContain(apiKey.id);
    expect(text).not.toContain(secret);
    await api.data('mutation ($id: ID!) { revokeApiKey(id: $id) { revokedAt } }', {
      id: apiKey.id,
    });
    expect((await use()).status).toBe(401);
  });

  it('cannot give away what they do not hold', async () => {
    const key = await api.key('keys:manage');
    const input = { name: 'greedy', scopes: ['KEYS_MANAGE', 'LOYALTY_ADJUST'] };
    const { data, errors } = await api.query(CREATE, { input }, { key });
    expect(data).toBeNull();
    expect(errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'loyalty:adjust' });
  });

  it('have names of their own', async () => {
    const input = { name: 'once', scopes: ['PROFILES_READ'] };
    await api.data(CREATE, { input });
    const { errors } = await api.query(CREATE, { input });
    expect(errors[0]?.extensions.code).toBe('API_KEY_NAME_TAKEN');
  });
});
