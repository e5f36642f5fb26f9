import { isObjectType } from 'graphql';
import { fieldAccess } from '../../src/field-access';
import { scopeNames } from '../../src/platform/auth/scopes';
import { buildApiSchema } from '../../src/platform/graphql/schema';
import { resolverClasses } from '../../src/resolvers';
import { newProfile, order, recordEvents, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { fieldsBelow, selectionOf } from '../support/selections';

/** Personal data, as keys with and without the scope for them see it. */
const api = useApi();

const NAME = 'Ada Lovelace';
const EMAIL = 'ada.lovelace@example.com';
const PHONE = '+8613800138012';
const BIRTHDAY = '1990-05-17';
const STREET = '12 Analytical Street';
const COMMENT = 'Nobody answers my letters.';
const NOTE = 'She called in a rage.';
const SHOE = 'chartreuse';

/** Whatever is personal of the customer of this test. */
const personal = [NAME, EMAIL, PHONE, BIRTHDAY, STREET, COMMENT, NOTE, SHOE, 'Lovelace'];

type Table = typeof fieldAccess;
type MaskedField = {
  [Name in keyof Table]: Table[Name] extends { readonly masked: string } ? Name : never;
}[keyof Table];

interface Look {
  readonly text: string;
  readonly variables?: () => object;
  /** The value of the field, as the answer has it. */
  readonly masked: unknown;
  readonly plain: unknown;
}

let ada = '';
let twin = '';
let quarantined = '';

beforeAll(async () => {
  const traits = {
    name: NAME,
    email: EMAIL,
    birthday: BIRTHDAY,
    address: { street: STREET, country: 'FR' },
    shoeColour: SHOE,
    plan: 'gold',
    points: 12,
  };
  const contacts = [
    { namespace: 'email', value: EMAIL },
    { namespace: 'phone', value: PHONE },
  ];
  ada = await newProfile(api, 'ada', {
    ...order('ada', 10),
    identifiers: [userIdentifier('ada'), ...contacts],
    traits,
    properties: { order_id: 'A-1', revenue: 10, email: EMAIL, hint: `call ${PHONE} today` },
  });
  twin = await newProfile(api, 'twin', { traits: { name: NAME, birthday: BIRTHDAY } });
  await api.app.duplicateScan.run(api.clock.now());
  // Another person's sign-in with Ada's address: a warning that names it.
  await recordEvents(api, [
    {
      name: 'Signed In',
      identifiers: [userIdentifier('twin'), { namespace: 'email', value: EMAIL }],
    },
    {
      name: '',
      identifiers: [{ namespace: 'email', value: EMAIL }],
      traits: { name: NAME },
      properties: { order_id: 'B-1', email: EMAIL },
    },
  ]);
  await api.data(`mutation ($of: AdjustPointsInput!) { adjustPoints(input: $of) { __typename } }`, {
    of: { profileId: ada, points: 5, reason: 'Goodwill', note: NOTE, idempotencyKey: 'note' },
  });
  await api.data(
    `mutation ($of: SubmitFeedbackInput!) { submitFeedback(input: $of) { __typename } }`,
    { of: { profileId: ada, kind: 'COMPLAINT', comment: COMMENT } },
  );
  const { quarantinedEvents } = await api.data<{
    quarantinedEvents: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
  }>('{ quarantinedEvents { edges { node { id } } } }');
  quarantined = quarantinedEvents.edges[0]?.node.id ?? '';
  const corrected = { name: 'Signed In', identifiers: contacts, traits: { name: NAME } };
  await api.data(
    `mutation ($id: ID!, $event: EventInput!) {
      correctQuarantinedEvent(id: $id, event: $event, reason: "Test") { __typename } }`,
    { id: quarantined, event: corrected },
  );
});

const ofProfile = (selection: string, masked: unknown, plain: unknown): Look => ({
  text: `query ($id: ID!) { profile(id: $id) { ${selection} } }`,
  variables: () => ({ id: ada }),
  masked: { profile: masked },
  plain: { profile: plain },
});

const ofQuarantine = (selection: string, masked: unknown, plain: unknown): Look => ({
  text: `query ($id: ID!) { quarantinedEvent(id: $id) { ${selection} } }`,
  variables: () => ({ id: quarantined }),
  masked: { quarantinedEvent: masked },
  plain: { quarantinedEvent: plain },
});

const ofReason = (side: 'left' | 'right'): Look => ({
  text: `{ duplicateCandidates { edges { node { reasons { feature ${side} } } } } }`,
  masked: reasonsWith(side, '***', '***'),
  plain: reasonsWith(side, NAME, BIRTHDAY),
});

function reasonsWith(side: string, name: string, birthday: string): unknown {
  const reasons = expect.arrayContaining([
    { feature: 'NAME', [side]: name },
    { feature: 'BIRTH_DATE', [side]: birthday },
  ]);
  return { duplicateCandidates: { edges: [{ node: { reasons } }] } };
}

const sent = (email: string, name: string) => ({
  name: '',
  identifiers: [{ namespace: 'email', value: email }],
  traits: { name },
  properties: { order_id: 'B-1', email },
});

const correction = (email: string, phone: string, name: string) => ({
  correction: {
    event: expect.objectContaining({
      name: 'Signed In',
      identifiers: [
        { namespace: 'email', value: email },
        { namespace: 'phone', value: phone },
      ],
      traits: { name },
    }),
  },
});

const MASKED_EMAIL = 'a***@example.com';
const MASKED_PHONE = '+86*******12';

/** How each masked field looks; the compiler sees to it that none is left out. */
const looks: Readonly<Record<MaskedField, Look>> = {
  'Profile.displayName': ofProfile(
    'displayName',
    { displayName: 'A*** L***' },
    { displayName: NAME },
  ),
  'Profile.traits': ofProfile(
    'traits',
    {
      traits: {
        name: '***',
        email: MASKED_EMAIL,
        birthday: '***',
        address: { street: '***', country: '***' },
        shoeColour: '***',
        plan: 'gold',
        points: 12,
      },
    },
    { traits: expect.objectContaining({ name: NAME, email: EMAIL, shoeColour: SHOE }) },
  ),
  'Identifier.value': ofProfile(
    'identifiers { value }',
    identifiersWith('***', MASKED_EMAIL, MASKED_PHONE),
    identifiersWith('ada', EMAIL, PHONE),
  ),
  'IdentifierName.value': {
    text: '{ identityWarnings { edges { node { identifier { namespace value } } } } }',
    masked: warningOf(MASKED_EMAIL),
    plain: warningOf(EMAIL),
  },
  'DuplicateReason.left': ofReason('left'),
  'DuplicateReason.right': ofReason('right'),
  'Event.properties': ofProfile(
    'events { edges { node { properties } } }',
    eventsWith({
      order_id: 'A-1',
      revenue: 10,
      email: MASKED_EMAIL,
      hint: `call ${MASKED_PHONE} today`,
    }),
    eventsWith({ order_id: 'A-1', revenue: 10, email: EMAIL, hint: `call ${PHONE} today` }),
  ),
  'Feedback.comment': ofProfile(
    'feedback { edges { node { comment } } }',
    { feedback: { edges: [{ node: { comment: '***' } }] } },
    { feedback: { edges: [{ node: { comment: COMMENT } }] } },
  ),
  'LoyaltyTransaction.note': ofProfile(
    'loyalty { transactions { edges { node { note } } } }',
    transactionsWith('***'),
    transactionsWith(NOTE),
  ),
  'QuarantinedEvent.payload': ofQuarantine(
    'payload',
    { payload: expect.stringContaining(MASKED_EMAIL) },
    { payload: expect.stringContaining(EMAIL) },
  ),
  'QuarantinedEvent.event': ofQuarantine(
    'event',
    { event: expect.objectContaining(sent(MASKED_EMAIL, '***')) },
    { event: expect.objectContaining(sent(EMAIL, NAME)) },
  ),
  'QuarantineCorrection.event': ofQuarantine(
    'correction { event }',
    correction(MASKED_EMAIL, MASKED_PHONE, '***'),
    correction(EMAIL, PHONE, NAME),
  ),
};

function identifiersWith(...values: readonly string[]): unknown {
  return { identifiers: expect.arrayContaining(values.map((value) => ({ value }))) };
}

function warningOf(value: string): unknown {
  const node = { identifier: { namespace: 'email', value } };
  return { identityWarnings: { edges: [{ node }] } };
}

function eventsWith(properties: object): unknown {
  return { events: { edges: expect.arrayContaining([{ node: { properties } }]) } };
}

function transactionsWith(note: string): unknown {
  const edges = expect.arrayContaining([{ node: { note } }]);
  return { loyalty: { transactions: { edges } } };
}

const withoutScope = scopeNames.filter((scope) => scope !== 'personal-data:read');

describe.each(Object.entries(looks))('%s', (_name, { text, variables, masked, plain }) => {
  it('is masked without the scope', async () => {
    const key = await api.key(...withoutScope);
    const { data, errors, text: body } = await api.query(text, { ...variables?.() }, { key });
    expect(errors).toEqual([]);
    expect(data).toEqual(masked);
    expect(personal.filter((one) => body.includes(one))).toEqual([]);
  });

  it('is plain with it', async () => {
    const { data, errors } = await api.query(text, { ...variables?.() });
    expect(errors).toEqual([]);
    expect(data).toEqual(plain);
  });
});

describe('a key without the scope that asks for everything', () => {
  const schema = buildApiSchema(resolverClasses);
  const everythingOf = (typeName: string) => {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`There is no type ${typeName}.`);
    return fieldsBelow(type, () => true);
  };
  const SNAPSHOT = selectionOf(everythingOf('ProfileSnapshot'));

  /** Below a profile are more fields than one query may ask for. */
  const belowProfile = everythingOf('Profile');
  const heads = [...new Set(belowProfile.map(({ path }) => path[0] ?? ''))];
  const profileQueries = heads.map((head): [string, string, () => object] => {
    const fields = belowProfile.filter(({ path }) => path[0] === head);
    const text = `query ($id: ID!) { profile(id: $id) ${selectionOf(fields)} }`;
    return [`Profile.${head}`, text, () => ({ id: ada })];
  });

  it.each<[string, string, () => object]>([
    ...profileQueries,
    [
      'profileByIdentifier, which finds by what it does not show',
      `query ($of: IdentifierInput!) { profileByIdentifier(identifier: $of) {
        id displayName identifiers { value } traits } }`,
      () => ({ of: { namespace: 'email', value: EMAIL } }),
    ],
    ['profiles', '{ profiles { edges { node { displayName traits } } } }', () => ({})],
    [
      'identityWarnings',
      `{ identityWarnings ${selectionOf(everythingOf('IdentityWarningConnection'))} }`,
      () => ({}),
    ],
    [
      'duplicateCandidates',
      `{ duplicateCandidates { edges { node { id score reasons {
        feature agreement left right similarity weight }
        profiles { displayName traits identifiers { value } } } } } }`,
      () => ({}),
    ],
    [
      'quarantinedEvents',
      `{ quarantinedEvents ${selectionOf(everythingOf('QuarantinedEventConnection'))} }`,
      () => ({}),
    ],
    [
      'mergeProfiles',
      `mutation ($of: MergeProfilesInput!) { mergeProfiles(input: $of) {
        ... on ProfilesMerged { before ${SNAPSHOT} after ${SNAPSHOT} }
        ... on MergeRefused { message } } }`,
      () => ({
        of: { profileId: ada, otherProfileId: twin, reason: 'Test', force: true, dryRun: true },
      }),
    ],
    [
      'recordEvents',
      `mutation ($events: [EventInput!]!) { recordEvents(events: $events) {
        profiles { displayName traits identifiers { value } } } }`,
      () => ({ events: [{ name: 'Page Viewed', identifiers: [userIdentifier('ada')] }] }),
    ],
    [
      'submitFeedback',
      `mutation ($of: SubmitFeedbackInput!) { submitFeedback(input: $of) {
        ... on FeedbackSubmitted { feedback { comment } profile { displayName } } } }`,
      () => ({ of: { profileId: ada, kind: 'SUGGESTION', comment: COMMENT } }),
    ],
  ])('gets an answer without personal data: %s', async (_name, text, variables) => {
    const key = await api.key(...withoutScope);
    const { data, errors, text: body } = await api.query(text, { ...variables() }, { key });
    expect(errors).toEqual([]);
    expect(Object.values(data ?? {})).not.toContain(null);
    expect(personal.filter((one) => body.includes(one))).toEqual([]);
  });
});

describe('a write key of a source', () => {
  it.each([
    [['PROFILES_READ', 'EVENTS_WRITE'], MASKED_EMAIL],
    [['PROFILES_READ', 'EVENTS_WRITE', 'PERSONAL_DATA_READ'], EMAIL],
  ])('with %j sees %s', async (scopes, value) => {
    const name = `shop-${scopes.length}`;
    const { createSource } = await api.data<{ createSource: { secret: string } }>(
      `mutation ($of: CreateSourceInput!) { createSource(input: $of) {
        ... on SourceCreated { secret } } }`,
      { of: { name, scopes } },
    );
    const { text } = await api.query(
      'query ($id: ID!) { profile(id: $id) { identifiers { value } } }',
      { id: ada },
      { key: createSource.secret },
    );
    expect(text).toContain(`"${value}"`);
  });
});

it('a key cannot give the scope away that it does not have', async () => {
  const key = await api.key(...withoutScope);
  const { errors } = await api.query(
    `mutation { createApiKey(input: { name: "x", scopes: [PERSONAL_DATA_READ] }) { secret } }`,
    {},
    { key },
  );
  expect(errors.map(({ extensions }) => extensions)).toEqual([
    { code: 'FORBIDDEN', scope: 'personal-data:read' },
  ]);
});
