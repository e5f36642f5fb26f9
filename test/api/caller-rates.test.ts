import { type Credentials, useApi } from '../support/api';
import { post } from '../support/http';

const api = useApi({ KEY_REQUESTS_PER_MINUTE_MAX: '3', CUSTOMER_REQUESTS_PER_MINUTE_MAX: '2' });

async function ask(bearer: string): Promise<Response> {
  return fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
}

function limitsOf({ status, headers }: Response) {
  return [status, headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')];
}

it('a key has so many requests a minute, and is told how many are left', async () => {
  const key = await api.key('events:read');
  const replies = [await ask(key), await ask(key), await ask(key), await ask(key)];
  expect(replies.map(limitsOf)).toEqual([
    [200, '3', '2'],
    [200, '3', '1'],
    [200, '3', '0'],
    [429, '3', '0'],
  ]);
  const refused = replies[3] as Response;
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(50);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(refused.headers.get('ratelimit-policy')).toBe('3;w=60');
  expect(refused.headers.get('cache-control')).toBe('private, no-store');
  expect(await refused.json()).toEqual({
    errors: [
      {
        message: 'More than 3 requests a minute by this key.',
        extensions: {
          code: 'RATE_LIMITED',
          limit: 3,
          windowSeconds: 60,
          per: 'KEY',
          retryAfterSeconds: seconds,
        },
      },
    ],
  });
});

it('other keys have their own', async () => {
  expect(limitsOf(await ask(await api.key('events:write')))).toEqual([200, '3', '2']);
});

it('a customer has one for all their tokens, and others have their own', async () => {
  const [first, second] = [await api.jwt('ada', 600), await api.jwt('ada', 700)];
  expect(first).not.toBe(second);
  expect(limitsOf(await ask(first))).toEqual([200, '2', '1']);
  expect(limitsOf(await ask(second))).toEqual([200, '2', '0']);
  const refused = await ask(first);
  expect(limitsOf(refused)).toEqual([429, '2', '0']);
  expect(await refused.text()).toContain('"per":"CUSTOMER"');
  expect(limitsOf(await ask(await api.jwt('grace')))).toEqual([200, '2', '1']);
});

it('a key that is none counts for nobody', async () => {
  for (let time = 0; time < 5; time += 1) {
    const reply = await ask(`prn_live_${'x'.repeat(43)}`);
    expect([reply.status, reply.headers.get('ratelimit-limit')]).toEqual([401, null]);
  }
});

describe('without limits', () => {
  const open = useApi();

  it('nothing is counted', async () => {
    const credentials: Credentials = { key: await open.key() };
    const reply = await fetch(`${open.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${credentials.key}`,
        'content-type': 'application/json',
      },
      body: '{"query":"{ __typename }"}',
    });
    expect(limitsOf(reply)).toEqual([200, null, null]);
  });
});

describe('by address', () => {
  const narrow = useApi({ REQUESTS_PER_MINUTE_MAX: '2' });

  it('wrong keys are counted as well, and the limit is named', async () => {
    const headers = { authorization: 'Bearer nobody', 'content-type': 'application/json' };
    const send = () => post(`${narrow.url}/graphql`, headers, '{"query":"{ __typename }"}');
    expect([(await send()).status, (await send()).status]).toEqual([401, 401]);
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.text)).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', limit: 2, per: 'ADDRESS' } }],
    });
  });
});
