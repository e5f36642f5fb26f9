import type { JsonObject, JsonValue } from '../../shared/json';
import {
  defaultPropertyMasking,
  defaultTraitMasking,
  placeOfName,
} from './identity.masking.policy';
import {
  maskIdentifier,
  maskName,
  maskProperties,
  maskText,
  maskTraits,
} from './identity.masking.rules';

describe('an identifier', () => {
  it.each([
    ['ada@example.com', 'a***@example.com'],
    ['a@example.com', '***@example.com'],
    ['ab@example.com', 'a***@example.com'],
    ['ada.king+news@mail.example.co.uk', 'a***@mail.example.co.uk'],
    ['用户@例子.公司', '用***@例子.公司'],
    ['żółw@example.com', 'ż***@example.com'],
    // One letter to a reader, however many code points.
    ['👩‍👩‍👧@example.com', '***@example.com'],
    ['👩‍👩‍👧ada@example.com', '👩‍👩‍👧***@example.com'],
    ['é́da@example.com', 'é́***@example.com'],
    ['+8613800138012', '+86*******12'],
    ['+14155550123', '+1*******23'],
    ['+442079460958', '+44*******58'],
    // Of no calling code that there is.
    ['+999123456789', '+*******89'],
    ['o0wa0iHWXx_s-H3e24M4JMxWyr4q', '***yr4q'],
    ['member-00123', '***0123'],
    ['demo-1324', '***24'],
    ['12345678', '***78'],
    ['1234567', '***'],
    ['ada', '***'],
    ['', '***'],
    ['@', '***'],
    ['ada@', '***'],
    ['@example.com', '***.com'],
    ['a b@example.com', '***.com'],
    ['ada@king@example.com', '***.com'],
    ['+12', '***'],
    ['一二三四五六七八九十一二', '***九十一二'],
    // Half of a pair is none of a letter.
    ['abcdefg😀z', '***\uFFFDz'],
  ])('%s is shown as %s', (value, masked) => {
    expect(maskIdentifier(value)).toBe(masked);
  });
});

describe('a name', () => {
  it.each([
    ['Ada King', 'A*** K***'],
    ['Ada', 'A***'],
    ['  Ada   King ', 'A*** K***'],
    ['周秀英', '周***'],
    ['李', '***'],
    ['J R', '*** ***'],
    ['Élodie', 'É***'],
    ['', '***'],
    ['   ', '***'],
    ['María de los Ángeles Ruiz', 'M*** d*** l*** Á***'],
    ['ada@example.com', 'a***@example.com'],
    ['Ada <ada@example.com>', '***'],
  ])('%s is shown as %s', (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });
});

describe('a text', () => {
  it.each([
    ['The parcel came late.', '***'],
    ['', '***'],
    ['ada@example.com', 'a***@example.com'],
    ['write to ada@example.com', '***'],
    [' +86 138 0013 8012 ', '+86*******12'],
    ['+1 (415) 555-0123', '+1*******23'],
    ['1990-05-17', '***'],
    ['2026', '***'],
  ])('%s is shown as %s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });
});

describe('traits', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'are masked by name and kind',
      { name: 'Ada', email: 'ada@example.com', phone: '+8613800138012', birthday: '1990-05-17' },
      { name: '***', email: 'a***@example.com', phone: '+86*******12', birthday: '***' },
    ],
    [
      'are masked however their names are written',
      { first_name: 'Ada', 'Last Name': 'King', 'date-of-birth': 9_999 },
      { first_name: '***', 'Last Name': '***', 'date-of-birth': '***' },
    ],
    [
      'that nobody has heard of are masked where they are texts',
      { shoeColour: 'red', kana: 'エイダ' },
      { shoeColour: '***', kana: '***' },
    ],
    [
      'that are short numbers, truth values or nothing are shown',
      { shoeSize: 41, isMember: true, score: -12.5, left: null },
      { shoeSize: 41, isMember: true, score: -12.5, left: null },
    ],
    [
      'that are long numbers are masked',
      { card: 13_800_138_000, minus: -1_000_000, amount: 1_234_567.5 },
      { card: '***', minus: '***', amount: 1_234_567.5 },
    ],
    [
      'that many have in common are shown',
      { plan: 'gold', locale: 'zh' },
      { plan: 'gold', locale: 'zh' },
    ],
    [
      'are masked within, too',
      {
        address: { city: 'Paris', zip: 75_001, since: null },
        tags: ['vip', 7, { plan: 'a', x: 'b' }],
      },
      {
        address: { city: '***', zip: '***', since: null },
        tags: ['***', 7, { plan: 'a', x: '***' }],
      },
    ],
    [
      'do not show an address as the name of a member',
      { 'ada@example.com': 1, contacts: { 'bob@example.com': true } },
      { 'a***@example.com': 1, contacts: { 'b***@example.com': true } },
    ],
    [
      'that would change what objects are made of are members like others',
      JSON.parse('{"__proto__": "x", "constructor": 1}') as JsonObject,
      JSON.parse('{"__proto__": "***", "constructor": 1}') as JsonObject,
    ],
    ['may be none', {}, {}],
  ])('%s', (_name, traits, masked) => {
    expect(maskTraits(traits, defaultTraitMasking)).toEqual(masked);
  });

  it('are shown and masked as the company says', () => {
    const maskings = new Map([
      ...defaultTraitMasking,
      [placeOfName('shoe_colour'), 'SHOWN'],
      [placeOfName('plan'), 'MASKED'],
    ] as const);
    expect(maskTraits({ shoeColour: { of: 'red' }, plan: 'gold', vip: true }, maskings)).toEqual({
      shoeColour: { of: 'red' },
      plan: '***',
      vip: true,
    });
  });

  it('are shown by a name that is shown, but not whatever lies within', () => {
    const maskings = new Map([
      ['plan', 'SHOWN'],
      ['owner', 'MASKED'],
    ] as const);
    const plan = { tier: 'gold', owner: 'Ada', contact: 'ada@example.com' };
    expect(maskTraits({ plan }, maskings)).toEqual({
      plan: { tier: 'gold', owner: '***', contact: 'a***@example.com' },
    });
    expect(maskTraits({ plan: 'gold' }, maskings)).toEqual({ plan: 'gold' });
  });

  it.each([100, 5_000])('are gone through to a bound, at %i levels', (levels) => {
    const deep = JSON.parse(`${'['.repeat(levels)}"Ada"${']'.repeat(levels)}`) as JsonValue;
    const masked = JSON.stringify(maskTraits({ deep, name: deep }, defaultTraitMasking));
    expect(masked).not.toContain('Ada');
  });
});

describe('properties', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'of what happened are shown',
      {
        order_id: 'A-1',
        revenue: 99.9,
        products: [{ name: 'Shirt', sku: 'S1' }],
        at: 1_767_000_000_000,
      },
      {
        order_id: 'A-1',
        revenue: 99.9,
        products: [{ name: 'Shirt', sku: 'S1' }],
        at: 1_767_000_000_000,
      },
    ],
    [
      'that are personal are masked',
      { email: 'ada@example.com', recipient: { name: 'Bob' }, comment: 'Late!', ip: '10.0.0.1' },
      { email: 'a***@example.com', recipient: { name: '***' }, comment: '***', ip: '***' },
    ],
    [
      'do not hide an address in a text',
      { hint: 'Sent to ada@example.com, bob@example.org; call +86 138 0013 8012 now.' },
      { hint: 'Sent to a***@example.com, b***@example.org; call +86*******12 now.' },
    ],
    [
      'do not hide one in a link',
      { url: 'https://shop.example/?mail=ada%40example.com&tel=%2B8613800138012&page=2' },
      { url: 'https://shop.example/?mail=a***@example.com&tel=+86*******12&page=2' },
    ],
    ['keep an order number', { order: '2026-11-27-000123456' }, { order: '2026-11-27-000123456' }],
    ['keep a lone @', { handle: 'see you @ 8' }, { handle: 'see you @ 8' }],
  ])('%s', (_name, properties, masked) => {
    expect(maskProperties(properties, defaultPropertyMasking)).toEqual(masked);
  });

  it.each([
    ['a', 'a'.repeat(100_000)],
    ['at signs', '@'.repeat(100_000)],
    ['digits', `+${'1'.repeat(100_000)}`],
    ['plus signs', '+1'.repeat(50_000)],
    ['spaces', `${'a '.repeat(50_000)}@`],
    ['words before an @', `${'a'.repeat(50_000)}@${'b'.repeat(50_000)}`],
  ])('of 100,000 characters are masked at once: %s', (_name, text) => {
    const startedAt = performance.now();
    maskProperties({ text, other: text }, new Map());
    maskTraits({ name: text, other: text }, defaultTraitMasking);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
