import { newProfile } from '../support/actions';
import { useApi } from '../support/api';

const api = useApi();
const NAME = `query ($id: ID!) { profile(id: $id) { id displayName } }`;

let authorization = '';
let ada = '';

beforeAll(async () => {
  authorization = `Bearer ${await api.key()}`;
  ada = await newProfile(api, 'ada');
});

function get(
  params: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${api.url}/graphql?${new URLSearchParams(params)}`, {
    headers: { authorization, ...headers },
  });
}

const ofAda = () => ({ query: NAME, variables: JSON.stringify({ id: ada }) });

it('a query by GET may be kept by who asked, and is asked for again with its tag', async () => {
  const first = await get(ofAda());
  const tag = first.headers.get('etag') ?? '';
  expect(tag).toMatch(/^W\/"[\w-]{27}"$/);
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  const vary = (first.headers.get('vary') ?? '').toLowerCase().split(/,\s*/);
  expect(new Set(vary)).toEqual(new Set(['authorization', 'accept', 'accept-encoding']));
  for (const known of [tag, tag.slice(2), `"other", ${tag}`, '*']) {
    const again = await get(ofAda(), { 'if-none-match': known });
    expect([known, again.status, await again.text()]).toEqual([known, 304, '']);
    expect(again.headers.get('etag')).toBe(tag);
    expect(again.headers.get('content-type')).toBeNull();
  }
});

it('a change makes another tag', async () => {
  const tag = (await get(ofAda())).headers.get('etag') ?? '';
  await api.data(
    `mutation { recordEvents(events: [{ name: "Signed In", traits: { name: "Ada" }, identifiers: [
      { namespace: "user_id", value: "ada" }] }]) { accepted } }`,
  );
  const changed = await get(ofAda(), { 'if-none-match': tag });
  expect(changed.status).toBe(200);
  expect(await changed.json()).toMatchObject({ data: { profile: { displayName: 'Ada' } } });
  expect(changed.headers.get('etag')).not.toBe(tag);
});

it('whoever may not see the answer gets no 304 for its tag', async () => {
  const tag = (await get(ofAda())).headers.get('etag') ?? '';
  const narrow = `Bearer ${await api.key('events:write')}`;
  const refused = await get(ofAda(), { authorization: narrow, 'if-none-match': tag });
  expect([refused.status, refused.headers.get('etag')]).toEqual([200, null]);
  expect(await refused.text()).toContain('"FORBIDDEN"');
  const nobody = await get(ofAda(), { authorization: 'Bearer nobody', 'if-none-match': tag });
  expect([nobody.status, nobody.headers.get('etag')]).toEqual([401, null]);
});

it('the tag is the same however the answer is compressed', async () => {
  const query = '{ __schema { types { name description } } }';
  const replies = await Promise.all(
    ['identity', 'gzip', 'br'].map((coding) => get({ query }, { 'accept-encoding': coding })),
  );
  expect(replies.map(({ headers }) => headers.get('content-encoding'))).toEqual([
    null,
    'gzip',
    'br',
  ]);
  expect(new Set(replies.map(({ headers }) => headers.get('etag'))).size).toBe(1);
});

it('the schema is the same for everybody until the next release', async () => {
  const reply = await get({ query: '{ __schema { queryType { name } } __typename }' });
  expect(reply.headers.get('cache-control')).toBe('private, max-age=300');
});

it.each<[string, () => Promise<Response>]>([
  ['errors', () => get({ query: NAME, variables: '{"id":"nonsense"}' })],
  ['refusals', () => get({ query: '{ shoe }' })],
  ['answers to nobody', () => get(ofAda(), { authorization: '' })],
  ['types that are not served', () => get(ofAda(), { accept: 'text/html' })],
  [
    'answers to a POST',
    () =>
      fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'if-none-match': '*' },
        body: JSON.stringify({ query: '{ __typename }' }),
      }),
  ],
])('%s are not kept', async (_name, ask) => {
  const reply = await ask();
  expect(reply.headers.get('cache-control')).toBe('private, no-store');
  expect(reply.headers.get('etag')).toBeNull();
  expect(await reply.text()).not.toBe('');
});
