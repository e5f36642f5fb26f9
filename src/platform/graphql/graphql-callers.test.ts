import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { JWT_SECRET, secretJwt, useSmallApi } from '../../../test/support/small-api';

const api = useSmallApi();

describe('who asks', () => {
  it.each([
    ['no header', null],
    ['another scheme', 'Basic YWRhOnNlY3JldA=='],
    ['an empty bearer', 'Bearer '],
    ['an unknown key', `Bearer prn_live_${'x'.repeat(43)}`],
    ['something that is no key', 'Bearer nonsense'],
    ['something that looks like a token', 'Bearer a.b.c'],
  ])('%s is UNAUTHENTICATED, even for the schema', async (_name, header) => {
    for (const query of ['{ people { id } }', '{ __typename }', getIntrospectionQuery()]) {
      const answer = await api.ask(query, {}, header);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.codes).toEqual(['UNAUTHENTICATED']);
      expect(answer.data).toBeUndefined();
    }
  });

  it('a key is refused at once after it was revoked', async () => {
    const { secret, apiKey } = await api.keyWith('profiles:read');
    expect((await api.ask('{ people { id } }', {}, `bearer ${secret}`)).status).toBe(200);
    await api.apiKeys.revoke(apiKey.id);
    const answer = await api.ask('{ people { id } }', {}, `Bearer ${secret}`);
    expect([answer.status, ...answer.codes]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('a missing scope is FORBIDDEN and named; what may be seen is still seen', async () => {
    const { secret } = await api.keyWith('profiles:read');
    const answer = await api.ask('{ people { id points } }', {}, `Bearer ${secret}`);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ people: [{ id: 'p1', points: null }] });
    expect(answer.errors).toEqual([
      {
        message: 'This needs the scope loyalty:read, which the key does not have.',
        locations: expect.anything(),
        path: ['people', 0, 'points'],
        extensions: { code: 'FORBIDDEN', scope: 'loyalty:read' },
      },
    ]);
  });

  it('a forbidden mutation is not run', async () => {
    const { secret } = await api.keyWith('profiles:read');
    const mutation =
      'mutation { createApiKey(input: {name: "x", scopes: [PROFILES_READ]}) { secret } }';
    const answer = await api.ask(mutation, {}, `Bearer ${secret}`);
    expect(answer.errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'keys:manage' });
    expect((await api.apiKeys.list()).map(({ name }) => name)).not.toContain('x');
  });

  it('me is not for keys', async () => {
    const answer = await api.ask('{ me { id } }');
    expect([answer.data, ...answer.codes]).toEqual([{ me: null }, 'FORBIDDEN']);
    expect(answer.errors[0]?.message).toContain("a customer's own token");
  });
});

describe('when nobody can be recognised', () => {
  const lost = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), {
    code: 'ECONNREFUSED',
  });

  it.each([
    ['the database is away', lost, 503, 'UNAVAILABLE', '5'],
    ['something broke', new Error('secret of ours'), 500, 'INTERNAL_ERROR', null],
  ])('because %s, the answer says no more than that', async (...[, error, status, code, later]) => {
    const at = await api.start({}, secretJwt, () => Promise.reject(error));
    const answer = await api.ask('{ people { id } }', {}, undefined, at);
    expect([answer.status, ...answer.codes]).toEqual([status, code]);
    expect(answer.headers.get('retry-after')).toBe(later);
    expect(JSON.stringify(answer)).not.toContain(error.message);
    expect(api.lines.join()).toContain(error.message);
    if (code === 'INTERNAL_ERROR') {
      const requestId = answer.headers.get('x-request-id');
      expect(answer.errors[0]?.extensions).toEqual({ code, requestId });
    }
  });
});

describe("customers' tokens", () => {
  const claims = { sub: 'ada', iss: 'https://issuer.example', aud: 'perennial' };

  function sign(payload: JWTPayload, secret = JWT_SECRET, lifetime = '5m', alg = 'HS256') {
    return new SignJWT(payload)
      .setProtectedHeader({ alg })
      .setExpirationTime(lifetime)
      .sign(new TextEncoder().encode(secret));
  }

  it('see themselves, and nothing that is for keys', async () => {
    const header = `Bearer ${await sign(claims)}`;
    const own = await api.ask('{ me { id points friend { id } } }', {}, header);
    expect([own.data, own.errors]).toEqual([
      { me: { id: 'p1', points: '12', friend: { id: 'p1' } } },
      [],
    ]);
    for (const query of ['{ people { id } }', '{ apiKeys { id } }', '{ me { friends { id } } }']) {
      const answer = await api.ask(query, {}, header);
      expect(answer.codes).toEqual(['FORBIDDEN']);
      expect(answer.errors[0]?.message).toContain("not for a customer's own token");
    }
  });

  it('just expired is within the tolerance for clocks', async () => {
    const answer = await api.ask(
      '{ me { id } }',
      {},
      `Bearer ${await sign(claims, JWT_SECRET, '-20s')}`,
    );
    expect(answer.errors).toEqual([]);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['expired', () => sign(claims, JWT_SECRET, '-1m')],
    ['signed with another secret', () => sign(claims, 'another secret that is long enough too')],
    ['signed with another algorithm', () => sign(claims, JWT_SECRET, '5m', 'HS512')],
    ['of another issuer', () => sign({ ...claims, iss: 'https://other.example' })],
    ['for another audience', () => sign({ ...claims, aud: 'shop' })],
    ['without a subject', () => sign({ iss: claims.iss, aud: claims.aud })],
    ['with a blank subject', () => sign({ ...claims, sub: ' ' })],
    ['with a number for a subject', () => sign({ ...claims, sub: 7 as unknown as string })],
    ['with a list for a subject', () => sign({ ...claims, sub: ['ada'] as unknown as string })],
    ['unsigned', () => `${segment({ alg: 'none' })}.${segment({ ...claims, exp: 4e9 })}.`],
    [
      'without an end',
      async () => {
        const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });
        return token.sign(new TextEncoder().encode(JWT_SECRET));
      },
    ],
  ])('%s are UNAUTHENTICATED', async (_name, make) => {
    const answer = await api.ask('{ me { id } }', {}, `Bearer ${await make()}`);
    expect([answer.status, ...answer.codes]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('are verified against a key set, and UNAVAILABLE while that is away', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    let isAway = true;
    const issuer = createServer((_request, response) => {
      response.writeHead(isAway ? 500 : 200).end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const { port } = issuer.address() as AddressInfo;
    const at = await api.start(
      {},
      { ...secretJwt, keys: { kind: 'JWKS', url: `http://127.0.0.1:${port}/` } },
    );
    const signed = (key: typeof privateKey, kid: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid })
        .setExpirationTime('5m')
        .sign(key);
    const header = `Bearer ${await signed(privateKey, 'k1')}`;
    const away = await api.ask('{ me { id } }', {}, header, at);
    expect([away.status, ...away.codes]).toEqual([503, 'UNAVAILABLE']);
    isAway = false;
    expect((await api.ask('{ me { id } }', {}, header, at)).data).toEqual({ me: { id: 'p1' } });
    const foreign = await generateKeyPair('ES256');
    for (const token of [
      await signed(foreign.privateKey, 'k1'),
      await signed(privateKey, 'k2'),
      await sign(claims),
      // The public key passed off as a shared secret.
      await sign(claims, JSON.stringify(jwk)),
    ]) {
      const answer = await api.ask('{ me { id } }', {}, `Bearer ${token}`, at);
      expect([answer.status, ...answer.codes]).toEqual([401, 'UNAUTHENTICATED']);
    }
    issuer.close();
    issuer.closeAllConnections();
  });
});

describe('API keys', () => {
  it('are made, listed and revoked; the secret is shown once', async () => {
    const made = await api.ask(
      `mutation ($input: CreateApiKeyInput!) {
         createApiKey(input: $input) { secret apiKey { id name scopes createdBy revokedAt } } }`,
      { input: { name: 'crm-sync', scopes: ['PROFILES_READ', 'EVENTS_WRITE'] } },
    );
    const { secret, apiKey } = (
      made.data as { createApiKey: { secret: string; apiKey: { id: string } } }
    ).createApiKey;
    expect(secret).toMatch(/^prn_live_[A-Za-z0-9_-]{43}$/);
    expect(apiKey).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      name: 'crm-sync',
      scopes: ['PROFILES_READ', 'EVENTS_WRITE'],
      createdBy: expect.stringMatching(/^key:test \d+$/),
      revokedAt: null,
    });
    expect((await api.ask('{ people { id } }', {}, `Bearer ${secret}`)).errors).toEqual([]);
    const listed = await api.ask('{ apiKeys { id name lastUsedAt } }');
    expect(JSON.stringify(listed.data)).toContain('crm-sync');
    expect(JSON.stringify(listed.data)).not.toContain(secret);
    const again = await api.ask(
      'mutation { createApiKey(input: {name: "crm-sync", scopes: [PROFILES_READ]}) { secret } }',
    );
    expect(again.codes).toEqual(['API_KEY_NAME_TAKEN']);
    const revoked = await api.ask(
      'mutation ($id: ID!) { revokeApiKey(id: $id) { revokedAt } }',
      apiKey,
    );
    expect(revoked.data).toEqual({ revokeApiKey: { revokedAt: expect.stringMatching(/Z$/) } });
    expect((await api.ask('{ people { id } }', {}, `Bearer ${secret}`)).status).toBe(401);
  });

  it('grant no scope that the key making them lacks', async () => {
    const { secret } = await api.keyWith('keys:manage', 'events:read');
    const answer = await api.ask(
      'mutation { createApiKey(input: {name: "y", scopes: [EVENTS_READ, LOYALTY_ADJUST]}) { secret } }',
      {},
      `Bearer ${secret}`,
    );
    expect(answer.errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', scope: 'loyalty:adjust' });
  });

  it.each([
    [
      'an empty name',
      'createApiKey(input: {name: "", scopes: [EVENTS_READ]}) { secret }',
      'INVALID_INPUT',
    ],
    ['no scopes', 'createApiKey(input: {name: "z", scopes: []}) { secret }', 'INVALID_INPUT'],
    [
      'an unknown scope',
      'createApiKey(input: {name: "z", scopes: [ALL]}) { secret }',
      'INVALID_INPUT',
    ],
    ['a malformed id', 'revokeApiKey(id: "7") { id }', 'INVALID_INPUT'],
    [
      'an id of something else',
      `revokeApiKey(id: "prf_${'0'.repeat(32)}") { id }`,
      'INVALID_INPUT',
    ],
    ['an unknown id', `revokeApiKey(id: "key_${'0'.repeat(32)}") { id }`, 'NOT_FOUND'],
  ])('%s is refused', async (_name, mutation, code) => {
    expect((await api.ask(`mutation { ${mutation} }`)).codes).toEqual([code]);
  });
});

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
