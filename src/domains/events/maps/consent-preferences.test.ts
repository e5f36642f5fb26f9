import type { JsonObject, JsonValue } from '../../../shared/json';
import { consentSignals, isConsentEvent, readConsentPreferences } from './consent-preferences';

function purposes(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, true]));
}

describe('readConsentPreferences', () => {
  test.each<[string, JsonObject, [string, boolean][]]>([
    ['a grant', { ads: true }, [['ads', true]]],
    ['a refusal', { ads: false }, [['ads', false]]],
    [
      'several, as they come',
      { Functional: true, Advertising: false },
      [
        ['Functional', true],
        ['Advertising', false],
      ],
    ],
    ['outer space', { ' \t ads\u00a0': true }, [['ads', true]]],
    ['inner space', { 'e-mail news': true }, [['e-mail news', true]]],
    ['NFC', { 'pub e\u0301': true }, [['pub \u00e9', true]]],
    [
      'any script',
      { 营销: false, '👍🏽': true },
      [
        ['营销', false],
        ['👍🏽', true],
      ],
    ],
    [
      'case matters',
      { ads: true, Ads: false },
      [
        ['ads', true],
        ['Ads', false],
      ],
    ],
    ['a name of JavaScript', { constructor: true }, [['constructor', true]]],
    ['another', JSON.parse('{"__proto__":false}') as JsonObject, [['__proto__', false]]],
    ['the shortest', { a: true }, [['a', true]]],
    ['the longest', { ['x'.repeat(100)]: true }, [['x'.repeat(100), true]]],
    [
      'the longest, in pairs of surrogates',
      { ['👍'.repeat(100)]: true },
      [['👍'.repeat(100), true]],
    ],
    ['two spellings that agree', { ads: true, ' ads': true }, [['ads', true]]],
    ['a refusal in the second spelling', { ads: true, ' ads': false }, [['ads', false]]],
    ['a refusal in the first spelling', { ads: false, ' ads': true }, [['ads', false]]],
  ])('%s', (_case, categoryPreferences, expected) => {
    expect(readConsentPreferences({ categoryPreferences })).toEqual(
      expected.map(([purpose, isGranted]) => ({ purpose, isGranted })),
    );
  });

  test('takes as many as 50', () => {
    expect(readConsentPreferences({ categoryPreferences: purposes(50) })).toHaveLength(50);
  });

  test.each<[string, JsonValue | undefined, RegExp]>([
    ['nothing', undefined, /must be an object/],
    ['null', null, /must be an object/],
    ['a list', ['ads'], /must be an object/],
    ['text', 'ads', /must be an object/],
    ['a yes to everything', true, /must be an object/],
    ['none', {}, /1 to 50 purposes/],
    ['51', purposes(51), /1 to 50 purposes/],
    ['a purpose without a name', { '': true }, /1 to 100 printable/],
    ['a blank purpose', { ' \n ': true }, /1 to 100 printable/],
    ['a purpose too long', { ['x'.repeat(101)]: true }, /1 to 100 printable/],
    ['a purpose of two lines', { 'a\nb': true }, /1 to 100 printable/],
    ['a line separator', { 'a\u2028b': true }, /1 to 100 printable/],
    ['a control character', { 'a\u0007': true }, /1 to 100 printable/],
    ['what cannot be seen', { 'a\u200bds': true }, /1 to 100 printable/],
    ['half a surrogate pair', { '\ud83e': true }, /1 to 100 printable/],
    ['text for a decision', { ads: 'true' }, /true \(granted\) or false/],
    ['a number for a decision', { ads: 1 }, /true \(granted\) or false/],
    ['no decision', { ads: null }, /true \(granted\) or false/],
    ['one bad among good', { news: true, ads: 'no' }, /true \(granted\) or false/],
  ])('refuses %s', (_case, categoryPreferences, fault) => {
    const properties: JsonObject = categoryPreferences === undefined ? {} : { categoryPreferences };
    const refusal = { fault: expect.stringMatching(fault) };
    expect(readConsentPreferences(properties)).toEqual(refusal);
    expect(consentSignals(properties)).toEqual(refusal);
  });

  test('never repeats what was sent, which may be personal', () => {
    const refusal = readConsentPreferences({ categoryPreferences: { 'Ann Lee': 'Ann Lee' } });
    expect(JSON.stringify(refusal)).not.toContain('Ann');
  });
});

test('a decision counts as activity and nothing else', () => {
  expect(consentSignals({ categoryPreferences: { ads: true } })).toEqual({});
});

test.each([
  ['Consent Updated', true],
  ['Segment Consent Preference Updated', true],
  ['consent updated', false],
  ['Order Completed', false],
  ['constructor', false],
])('%s carries a decision: %s', (name, expected) => {
  expect(isConsentEvent(name)).toBe(expected);
});
