import fc from 'fast-check';
import { normaliseIdentifier, type UnusableReason } from './identity.normalise';
import { defaultIdentityPolicy, type IdentityPolicy } from './identity.policy';

function normalise(namespace: string, value: string): string | UnusableReason {
  const result = normaliseIdentifier({ namespace, value }, defaultIdentityPolicy);
  return result.usable ? result.key.value : result.reason;
}

describe('junk names nobody', () => {
  it.each([
    '',
    ' ',
    '\t\n',
    'null',
    'NULL',
    ' Null ',
    'undefined',
    'anonymous',
    'guest',
    'unknown',
    'none',
    'nan',
    'NaN',
    'true',
    'FALSE',
    '0',
    '-1',
    '000',
    '0000-0000',
    '---',
    '00000000-0000-0000-0000-000000000000',
    '[object Object]',
    'not_authenticated',
    '"null"',
    "'undefined'",
    '`guest`',
    '" none "',
    '""',
    "''",
  ])('%j', (value) => {
    expect(normalise('user_id', value)).toBe('JUNK_VALUE');
  });

  it.each([
    '1',
    '00004',
    '-2',
    'nullable',
    'guest-17',
    'truely',
    '"',
    '"ann',
    '0x0',
    '0.0',
    'Nan Goldin',
  ])('but %j may', (value) => {
    expect(normalise('user_id', value)).toBe(value);
  });

  it('in every namespace', () => {
    for (const { name } of defaultIdentityPolicy.namespaces) {
      expect(normalise(name, 'null')).toBe('JUNK_VALUE');
    }
  });
});

describe('an e-mail address', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    [' Ann.Lee+News@EXAMPLE.com\n', 'ann.lee+news@example.com'],
    ['j\u006f\u0308rg@example.com', 'j\u00f6rg@example.com'],
    ['JÖRG@EXAMPLE.COM', 'jörg@example.com'],
    ['李@例子.中国', '李@例子.中国'],
    ['ann@localhost', 'ann@localhost'],
    ['ann', 'INVALID_VALUE'],
    ['@example.com', 'INVALID_VALUE'],
    ['ann@', 'INVALID_VALUE'],
    ['ann@@example.com', 'INVALID_VALUE'],
    ['ann@home@example.com', 'INVALID_VALUE'],
    ['ann lee@example.com', 'INVALID_VALUE'],
  ])('%j is %j', (sent, expected) => {
    expect(normalise('email', sent)).toBe(expected);
  });
});

describe('an e-mail address of a provider', () => {
  const policy: IdentityPolicy = {
    ...defaultIdentityPolicy,
    emailProviders: [
      {
        domain: 'gmail.com',
        aliases: ['googlemail.com'],
        ignoreDots: true,
        dropPlusTags: true,
      },
      { domain: 'fastmail.com', aliases: [], ignoreDots: false, dropPlusTags: true },
    ],
  };

  it.each([
    ['Ann.Lee@gmail.com', 'annlee@gmail.com'],
    ['a.n.n+news+more@GoogleMail.com', 'ann@gmail.com'],
    ['ann.lee+x@fastmail.com', 'ann.lee@fastmail.com'],
    ['ann.lee+x@example.com', 'ann.lee+x@example.com'],
    ['ann.lee+x@mail.gmail.com', 'ann.lee+x@mail.gmail.com'],
    ['+news@gmail.com', 'INVALID_VALUE'],
    ['...@gmail.com', 'INVALID_VALUE'],
  ])('%j is %j', (sent, expected) => {
    const result = normaliseIdentifier({ namespace: 'email', value: sent }, policy);
    expect(result.usable ? result.key.value : result.reason).toBe(expected);
    if (result.usable) expect(normaliseIdentifier(result.key, policy)).toEqual(result);
  });
});

describe('a phone number', () => {
  it.each([
    // Without a country code it is one of the company's region, China.
    ['13800138000', '+8613800138000'],
    ['138 0013 8000', '+8613800138000'],
    ['138-0013-8000', '+8613800138000'],
    ['86 138 0013 8000', '+8613800138000'],
    ['+86 138 0013 8000', '+8613800138000'],
    ['0086 138 0013 8000', '+8613800138000'],
    ['１３８００１３８０００', '+8613800138000'],
    ['010-6552-9988', '+861065529988'],
    ['+1 (213) 373-4253', '+12133734253'],
    ['+44 20 7946 0018', '+442079460018'],
    ['+44 (0)20 7946 0018', '+442079460018'],
    ['tel:+442079460018', '+442079460018'],
    ['1234', 'INVALID_VALUE'],
    ['138001380001', 'INVALID_VALUE'],
    ['+1 555', 'INVALID_VALUE'],
    ['+999 123 456 789', 'INVALID_VALUE'],
    ['ann@example.com', 'INVALID_VALUE'],
    // Which of the two would be a guess.
    ['13800138000, 13900139000', 'INVALID_VALUE'],
    ['call me at 13800138000', 'INVALID_VALUE'],
  ])('%j is %j', (sent, expected) => {
    expect(normalise('phone', sent)).toBe(expected);
  });

  it('without a country code is one of the region that policy names', () => {
    const policy = { ...defaultIdentityPolicy, phoneRegion: 'GB' };
    const result = normaliseIdentifier({ namespace: 'phone', value: '020 7946 0018' }, policy);
    expect(result).toMatchObject({ usable: true, key: { value: '+442079460018' } });
  });
});

describe('any other identifier', () => {
  it('keeps its case and its inner spaces, and loses those around it', () => {
    expect(normalise('user_id', '  Ann Lee ')).toBe('Ann Lee');
  });

  it('has one form, however its letters were composed', () => {
    expect(normalise('user_id', 'Zoe\u0308')).toBe(normalise('user_id', 'Zo\u00eb'));
  });

  it.each([
    ['NUL', 'ann\0'],
    ['a line break inside', 'ann\nlee'],
    ['an escape', 'ann\u001b[31m'],
    ['a C1 control', 'ann\u0085lee'],
    ['the separator of the locks', 'ann\u001flee'],
    ['half a surrogate pair', 'ann\ud83d'],
    ['the other half', '\ude00ann'],
  ])('cannot hold %s', (_, value) => {
    expect(normalise('user_id', value)).toBe('INVALID_VALUE');
  });

  it('may hold a whole surrogate pair', () => {
    expect(normalise('user_id', 'ann😀')).toBe('ann😀');
  });

  it.each([
    [255, 'x'.repeat(255)],
    [256, 'VALUE_TOO_LONG'],
    [1_000_000, 'VALUE_TOO_LONG'],
  ])('of %i characters', (length, expected) => {
    expect(normalise('user_id', 'x'.repeat(length))).toBe(expected);
  });

  it('is no longer than that when it has grown on the way', () => {
    expect(normalise('email', `${'İ'.repeat(250)}@x.io`)).toBe('VALUE_TOO_LONG');
    expect(normalise('user_id', '\ufb2c'.repeat(100))).toBe('VALUE_TOO_LONG');
  });

  it('has the length of its normal form', () => {
    // One letter of Unicode that has no composed form.
    expect(normalise('user_id', '\ufb2c'.repeat(85))).toBe('\u05e9\u05bc\u05c1'.repeat(85));
    expect(normalise('user_id', '\ufb2c'.repeat(86))).toBe('VALUE_TOO_LONG');
  });

  it.each(['USER_ID', 'user_id ', 'profile_id', '', '__proto__', 'toString'])(
    'is of a namespace that the company knows, unlike %j',
    (namespace) => {
      expect(normalise(namespace, 'ann')).toBe('UNKNOWN_NAMESPACE');
    },
  );
});

it('what was normalised is in normal form', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(' ', '"', '0', '-', 'a', 'İ', '\u0301', 'ǆ', '+', '1', '@'),
    }),
    fc.emailAddress(),
  );
  const namespace = fc.constantFrom('user_id', 'email', 'phone');
  fc.assert(
    fc.property(namespace, texts, (name, text) => {
      const result = normaliseIdentifier({ namespace: name, value: text }, defaultIdentityPolicy);
      if (result.usable) expect(normalise(name, result.key.value)).toBe(result.key.value);
    }),
    { numRuns: 2000 },
  );
});
