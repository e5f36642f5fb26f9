import { createHmac, webcrypto } from 'node:crypto';
import { SignJWT } from 'jose';
import { JwtVerifier } from './jwt';

const SECRET = 'a secret of this test, long enough for HS256';
const START = Date.parse('2026-01-01T00:00:00Z');

const clock = { time: START, now: () => new Date(clock.time) };
/** By what tells what is wrong with a token. */
const slowVerifications = jest.spyOn(webcrypto.subtle, 'verify');
/** Each signature that is verified on the spot is one. */
const verifications = jest.spyOn(Object.getPrototypeOf(createHmac('sha256', '')), 'update');

function newVerifier(
  secret = SECRET,
  expected: { readonly issuer?: string; readonly audience?: string } = {},
): JwtVerifier {
  const keys = { kind: 'SECRET', secret } as const;
  const { issuer = null, audience = null } = expected;
  return new JwtVerifier({ keys, issuer, audience, namespace: 'user_id' }, clock);
}

/** @param expiresAfter seconds after the start, as is `notBefore` */
async function sign(subject: string, expiresAfter = 3600, notBefore?: number): Promise<string> {
  const token = new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setExpirationTime(START / 1000 + expiresAfter);
  if (notBefore !== undefined) token.setNotBefore(START / 1000 + notBefore);
  return token.sign(new TextEncoder().encode(SECRET));
}

beforeEach(() => {
  clock.time = START;
  verifications.mockClear();
  slowVerifications.mockClear();
});

it('a token signed with the secret is verified once', async () => {
  const verifier = newVerifier();
  const token = await sign('ada');
  for (const [ms, times] of [
    [0, 1],
    [3_000, 1],
    [30_000, 1],
  ] as const) {
    clock.time = START + ms;
    expect(await verifier.verify(token)).toEqual({
      kind: 'CUSTOMER',
      identifier: { namespace: 'user_id', value: 'ada' },
    });
    expect(verifications).toHaveBeenCalledTimes(times);
  }
  expect(slowVerifications).not.toHaveBeenCalled();
});

it('each token speaks for its own subject, and changed by a letter for nobody', async () => {
  const verifier = newVerifier();
  const [ada, bob] = [await sign('ada'), await sign('bob')];
  for (const [token, value] of [
    [ada, 'ada'],
    [bob, 'bob'],
    [ada, 'ada'],
  ] as const) {
    expect((await verifier.verify(token)).identifier.value).toBe(value);
  }
  const [header, payload = '', signature] = ada.split('.');
  const forged = [
    [header, bob.split('.')[1], signature].join('.'),
    [header, payload, bob.split('.')[2]].join('.'),
    `${ada}A`,
    ada.slice(0, -1),
  ];
  for (const token of forged) {
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

it.each([
  ['to the very second', 1, 30_999, 31_000],
  ['within the time it is kept', 2, 31_999, 32_000],
])('a kept token ends when it expires, %s', async (_name, expires, goodMs, endMs) => {
  const verifier = newVerifier();
  const token = await sign('ada', expires);
  clock.time = START + goodMs - 500;
  await verifier.verify(token);
  clock.time = START + goodMs;
  await verifier.verify(token);
  expect(verifications).toHaveBeenCalledTimes(1);
  clock.time = START + endMs;
  await expect(verifier.verify(token)).rejects.toMatchObject({
    message: 'The token has expired.',
  });
});

it('a kept token is not good before its time, where the clock is set back', async () => {
  const verifier = newVerifier();
  const token = await sign('ada', 3600, 31);
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  clock.time = START + 1_000;
  await verifier.verify(token);
  clock.time = START + 999;
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('what was kept when the clock was ahead does not live on', async () => {
  const verifier = newVerifier();
  const token = await sign('ada', 7200);
  clock.time = START + 3_600_000;
  await verifier.verify(token);
  clock.time = START;
  await verifier.verify(token);
  expect(verifications).toHaveBeenCalledTimes(2);
});

it('a token that is no good is never kept', async () => {
  const verifier = newVerifier('another secret of this test, also long enough');
  const token = await sign('ada');
  for (const times of [1, 2]) {
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(verifications).toHaveBeenCalledTimes(times);
  }
});

describe('a token', () => {
  const bytes = new TextEncoder().encode(SECRET);
  const made = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT({ sub: 'ada', exp: START / 1000 + 60, ...claims })
      .setProtectedHeader({ alg: 'HS256', ...header })
      .sign(bytes, { crit: { ours: false } });
  const issuer = 'https://issuer.example';

  it('that says all that is expected of it is taken', async () => {
    const verifier = newVerifier(SECRET, { issuer, audience: 'app' });
    const token = await made({ iss: issuer, aud: ['web', 'app'] });
    expect((await verifier.verify(token)).identifier.value).toBe('ada');
    expect(slowVerifications).not.toHaveBeenCalled();
  });

  it.each([{ nbf: 1e16 }, { nbf: 1e300 }, { exp: -1e300 }, { exp: 0 }])(
    'that was never good nor will be soon is refused: %p',
    async (claims) => {
      await expect(newVerifier().verify(await made(claims))).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    },
  );

  it.each([
    ['of no issuer', { aud: 'app' }, 'iss'],
    ['of another issuer', { iss: `${issuer}.evil`, aud: 'app' }, 'iss'],
    ['for nobody', { iss: issuer }, 'aud'],
    ['for others', { iss: issuer, aud: ['web'] }, 'aud'],
    ['of no end', { iss: issuer, aud: 'app', exp: undefined }, 'exp'],
    ['that ends some time', { iss: issuer, aud: 'app', exp: 'tomorrow' }, 'exp'],
    ['about nobody', { iss: issuer, aud: 'app', sub: undefined }, 'sub'],
  ])('%s is refused, and told by which claim', async (_name, claims, claim) => {
    const verifier = newVerifier(SECRET, { issuer, audience: 'app' });
    await expect(verifier.verify(await made(claims))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `The token's ${claim} claim is missing or not the one expected.`,
    });
  });

  it('that has to be understood in another way than it can be is refused', async () => {
    const token = await made({}, { crit: ['ours'], ours: true });
    await expect(newVerifier().verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['a time of issue that is none', { iat: 'today' }, {}],
    ['an empty list of what has to be understood', {}, { crit: null }],
  ])('with %s is refused', async (_name, claims, header) => {
    const body = [
      { alg: 'HS256', ...header },
      { sub: 'ada', exp: START / 1000 + 60, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = createHmac('sha256', SECRET).update(body).digest('base64url');
    await expect(newVerifier().verify(`${body}.${signature}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('about somebody whose name is no text is refused', async () => {
    const claims = Buffer.concat([
      Buffer.from('{"sub":"'),
      Buffer.from([0xff]),
      Buffer.from(`","exp":${START / 1000 + 60}}`),
    ]);
    const header = Buffer.from('{"alg":"HS256"}').toString('base64url');
    const body = `${header}.${claims.toString('base64url')}`;
    const signature = createHmac('sha256', SECRET).update(body).digest('base64url');
    await expect(newVerifier().verify(`${body}.${signature}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('with no signature, or by another algorithm, is refused', async () => {
    const [, payload] = (await made({})).split('.');
    const header = (alg: string) => Buffer.from(JSON.stringify({ alg })).toString('base64url');
    const other = new SignJWT({ sub: 'ada', exp: START / 1000 + 60 });
    for (const token of [
      `${header('none')}.${payload}.`,
      `${header('HS256')}.${payload}.`,
      await other.setProtectedHeader({ alg: 'HS384' }).sign(bytes),
    ]) {
      await expect(newVerifier().verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});
