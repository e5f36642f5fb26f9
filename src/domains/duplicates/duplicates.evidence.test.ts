import type { JsonObject } from '../../shared/json';
import { defaultIdentityPolicy } from '../identity';
import { isMistypedDate, readBirthDate } from './duplicates.birth-date.rules';
import { blockKeysOf } from './duplicates.blocks.rules';
import { readEvidence } from './duplicates.evidence.rules';
import { defaultDuplicatePolicy } from './duplicates.policy';
import { nameSimilarity, wordsOf } from './duplicates.words.rules';

const evidenceOf = (traits: JsonObject) =>
  readEvidence(traits, [], defaultIdentityPolicy, defaultDuplicatePolicy);

describe('words', () => {
  it.each([
    ['Anna  SCHMIDT', ['anna', 'schmidt']],
    ['Ｊosé Núñez', ['jose', 'nunez']],
    ['Weiß, Jürgen', ['weiss', 'jurgen']],
    ["O'Brien-Smith", ['obrien', 'smith']],
    ['王小明', ['王', '小', '明']],
    ['김 철수', ['김', '철', '수']],
    ['やまだ がく', ['やまだ', 'がく']],
    ['Wei 张', ['wei', '张']],
    ['南京西路1266号', ['南', '京', '西', '路', '1266', '号']],
    ['… — !', []],
    ['', []],
  ])('of %s', (text, words) => expect(wordsOf(text)).toEqual(words));
});

describe('similarity of names', () => {
  it.each([
    ['Anna Schmidt', 'Schmidt Anna', 1],
    ['Anna Schmidt', 'Anna Schmitt', 1 - 1 / 7],
    ['Micheal Jones', 'Michael Jones', 1 - 1 / 7],
    ['Anna Maria Schmidt', 'Anna Schmidt', 0.95],
    ['A Schmidt', 'Anna Schmidt', 0.9],
    ['Anna', 'Anna', 0.9],
    ['Anna', 'Anna Schmidt', 0.9],
    ['Tom Smith', 'Tim Smith', 1 - 1 / 3],
    ['王小明', '王晓明', 0],
    ['张伟', '张伟强', 0],
    ['张伟', '伟张', 1],
  ])('%s and %s', (left, right, similarity) => {
    const [one, other] = [left, right].map((text) => [...wordsOf(text)].sort());
    expect(nameSimilarity(one ?? [], other ?? [])).toBeCloseTo(similarity, 10);
    expect(nameSimilarity(other ?? [], one ?? [])).toBeCloseTo(similarity, 10);
  });
});

describe('birth dates', () => {
  it.each([
    ['1990-05-17', '1990-05-17'],
    [' 1990/5/7 ', '1990-05-07'],
    ['1990-05-17T00:00:00.000Z', '1990-05-17'],
    ['19900517', '1990-05-17'],
    ['1990年5月17日', '1990-05-17'],
    ['17.05.1990', '1990-05-17'],
    ['17/05/1990', '1990-05-17'],
    ['05/17/1990', '1990-05-17'],
    ['05/05/1990', '1990-05-05'],
    ['05/06/1990', null],
    ['1990-02-30', null],
    ['1990-13-01', null],
    ['0001-01-01', null],
    ['17 May', null],
    ['', null],
  ])('%s', (text, date) => expect(readBirthDate(text)).toBe(date));

  it.each([
    ['1990-05-07', '1990-07-05', true],
    ['1990-05-17', '1990-05-11', true],
    ['1990-05-17', '1990-05-17', false],
    ['1990-05-17', '1990-06-18', false],
    ['1956-05-17', '1986-05-17', false],
  ])('%s and %s mistyped: %s', (left, right, isMistyped) => {
    expect(isMistypedDate(left, right)).toBe(isMistyped);
    expect(isMistypedDate(right, left)).toBe(isMistyped);
  });
});

describe('evidence', () => {
  it.each<[string, JsonObject, object]>([
    ['the whole name first', { name: 'Mei Wang', firstName: 'X' }, { name: { family: 'wang' } }],
    ['the family before a comma', { name: 'van Dyk, Jan' }, { name: { family: 'van dyk' } }],
    ['the family name told', { firstName: 'Ana', lastName: 'Luz' }, { name: { family: 'luz' } }],
    ['the first character', { name: '王小明' }, { name: { family: '王' } }],
    ['no name of marks', { name: '???' }, { name: null }],
    ['no name of a number', { name: 7 }, { name: null }],
    [
      'a date that somebody told',
      { birthday: '1900-01-01', birthDate: '1990-01-02' },
      { birthDate: '1990-01-02' },
    ],
    ['a number without its country', { phone: '138 0013 8000' }, { phones: ['+8613800138000'] }],
    ['the digits of a number unknown', { phone: '(555) 010-22' }, { phones: ['55501022'] }],
    ['no number of one digit', { phone: '0000000' }, { phones: [] }],
    [
      'several mailboxes',
      { email: ['b@x.org', 'a@x.org', 'nonsense', null] },
      { mailboxes: [{ text: 'a@x.org' }, { text: 'b@x.org' }] },
    ],
    [
      'an address without a street',
      { address: { city: 'Bonn' } },
      { address: { hasStreet: false } },
    ],
    ['no empty address', { address: {} }, { address: null }],
    ['no address of a list', { address: ['Bonn'] }, { address: null }],
  ])('%s', (_name, traits, evidence) => expect(evidenceOf(traits)).toMatchObject(evidence));

  it('of any length is bounded', () => {
    const long = evidenceOf({
      name: 'x'.repeat(10_000),
      address: '\ud83e'.repeat(10_000),
      email: Array.from({ length: 1_000 }, (_, index) => `a${index}@x.org`),
    });
    expect(long.name?.text).toHaveLength(200);
    expect(long.mailboxes).toHaveLength(10);
    expect(blockKeysOf(long).length).toBeLessThan(50);
  });
});

describe('blocks', () => {
  const keysOf = (traits: JsonObject) => blockKeysOf(evidenceOf(traits));
  const shared = (left: JsonObject, right: JsonObject) => {
    const others = new Set(keysOf(right));
    return keysOf(left)
      .filter((key) => others.has(key))
      .map((key) => (JSON.parse(key) as string[])[0]);
  };
  const birthday = '1990-05-17';

  it.each<[string, JsonObject, JsonObject, readonly string[]]>([
    [
      'a name mistyped',
      { name: 'Anna Schmidt', birthday },
      { name: 'Anna Schmitt', birthday },
      ['BIRTH_DATE_NAME'],
    ],
    [
      'a Chinese name',
      { name: '王小明', birthday },
      { name: '王 小明', birthday },
      ['BIRTH_DATE_NAME'],
    ],
    ['a character of it', { name: '王小明', birthday }, { name: '王小红', birthday }, []],
    ['a mailbox', { email: 'a.b.cde@x.org' }, { email: 'abcde+y@x.org' }, ['EMAIL', 'EMAIL_LOCAL']],
    ['a short local part', { email: 'abc@x.org' }, { email: 'abc@y.org' }, []],
    ['a number', { phone: '13800138000' }, { phone: '+86 138 0013 8000' }, ['PHONE']],
    [
      'an address spelt otherwise',
      { name: 'Ann Luz', address: '5 Elm St, 62701 Ely' },
      { name: 'A. Luz', address: { street: '5 Elm Street', city: 'Ely', postalCode: '62701' } },
      ['ADDRESS_FAMILY'],
    ],
    [
      'a postal area',
      { name: 'Ann Luz', address: { postalCode: '62701' } },
      { name: 'Luz, Ann', address: { postalCode: 62701 } },
      ['NAME_POSTAL_CODE'],
    ],
    ['a name', { name: 'Ann Luz' }, { name: 'Ann Luz' }, []],
    ['nothing', {}, {}, []],
  ])('by %s', (_name, left, right, kinds) => expect(shared(left, right)).toEqual(kinds));
});
