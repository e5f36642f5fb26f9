import { newProfile, recordEvents, type SentEvent, userIdentifier } from '../support/actions';
import { useApi } from '../support/api';
import { statementsDuring } from '../support/statements';

const api = useApi();

const CONSENTS = `query ($id: ID!) {
  profile(id: $id) { consents { purpose status decidedAt } } }`;

function decision(userId: string, categoryPreferences: unknown): SentEvent {
  return {
    name: 'Consent Updated',
    identifiers: [userIdentifier(userId)],
    occurredAt: '2026-11-19T08:00:00.000Z',
    properties: { categoryPreferences },
  };
}

describe('a decision', () => {
  it('shows in the very response', async () => {
    const { recordEvents: recorded } = await api.data<{ recordEvents: object }>(
      `mutation ($events: [EventInput!]!) { recordEvents(events: $events) {
        accepted profiles { consents { purpose status decidedAt } } } }`,
      { events: [decision('ann', { news: true, ads: false })] },
    );
    const decidedAt = '2026-11-19T08:00:00.000Z';
    expect(recorded).toEqual({
      accepted: 1,
      profiles: [
        {
          consents: [
            { purpose: 'ads', status: 'DENIED', decidedAt },
            { purpose: 'news', status: 'GRANTED', decidedAt },
          ],
        },
      ],
    });
  });

  it('that nobody made is not there', async () => {
    const id = await newProfile(api, 'silent');
    expect(await api.data(CONSENTS, { id })).toEqual({ profile: { consents: [] } });
  });

  it.each([
    ['no preferences', undefined],
    ['none of them', {}],
    ['a list', ['ads']],
    ['no purpose', { ' ': true }],
    ['an answer in words', { ads: 'yes' }],
    ['too many', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`p${n}`, true]))],
  ])('with %s is quarantined', async (_case, categoryPreferences) => {
    const id = await newProfile(api, 'careless');
    const { outcomes } = await recordEvents(api, [decision('careless', categoryPreferences)]);
    const detail = expect.stringMatching(/\.$/);
    expect(outcomes).toMatchObject([
      { status: 'QUARANTINED', reason: 'INVALID_PROPERTIES', detail, eventId: null },
    ]);
    expect(await api.data(CONSENTS, { id })).toEqual({ profile: { consents: [] } });
  });
});

describe('who may see it', () => {
  const consents = [{ purpose: 'ads', status: 'GRANTED' }];
  let id = '';

  beforeAll(async () => {
    id = await newProfile(api, 'eve', decision('eve', { ads: true }));
  });

  it('the customer', async () => {
    const credentials = { jwt: await api.jwt('eve') };
    const text = '{ me { consents { purpose status } } }';
    expect(await api.data(text, {}, credentials)).toEqual({ me: { consents } });
  });

  it('a key that reads profiles', async () => {
    const credentials = { key: await api.key('profiles:read') };
    expect(await api.data(CONSENTS, { id }, credentials)).toMatchObject({ profile: { consents } });
  });

  it('no other key', async () => {
    const credentials = { key: await api.key('events:read', 'events:write') };
    const { errors } = await api.query(CONSENTS, { id }, credentials);
    expect(errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'profiles:read' });
  });
});

it('a page of profiles asks once for all of them', async () => {
  await recordEvents(api, [decision('pat', { ads: true }), decision('quinn', { ads: true })]);
  const statements = await statementsDuring(async () => {
    const { data } = await api.queryOnce<{ profiles: { edges: readonly object[] } }>(
      '{ profiles { edges { node { consents { status } } } } }',
    );
    expect(data?.profiles.edges.length).toBeGreaterThan(1);
  });
  expect(statements.filter((text) => text.includes('identifier_consent'))).toHaveLength(1);
});
