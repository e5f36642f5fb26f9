import fc from 'fast-check';
import type { JsonObject } from '../../shared/json';
import { defaultIdentityPolicy, type IdentifierKey } from '../identity';
import { readEvidence } from './duplicates.evidence.rules';
import { defaultDuplicatePolicy, findDuplicatePolicyFaults } from './duplicates.policy';
import { scorePair } from './duplicates.rules';

const policy = defaultDuplicatePolicy;

interface Told {
  readonly traits?: JsonObject;
  readonly identifiers?: readonly IdentifierKey[];
}

function evidenceOf({ traits = {}, identifiers = [] }: Told) {
  return readEvidence(traits, identifiers, defaultIdentityPolicy, policy);
}

function score(left: Told, right: Told) {
  return scorePair(evidenceOf(left), evidenceOf(right), policy);
}

const of = (traits: JsonObject): Told => ({ traits });

const home = { street: '12 Elm Street', city: 'Springfield', postalCode: '62701' };
const family = { address: home, phone: '+1 217 555 0123', email: 'smiths@example.com' };

describe('one person', () => {
  it.each<[string, Told, Told]>([
    [
      'name and birth date',
      of({ name: 'Anna Schmidt', birthday: '1990-05-17' }),
      of({ firstName: 'Anna', lastName: 'Schmidt', dateOfBirth: '17.05.1990' }),
    ],
    [
      'a name in another order, case and without its accents',
      of({ name: 'José GARCÍA Núñez', birthday: '1990-05-17' }),
      of({ name: 'garcia nunez, jose', birthday: '1990/5/17' }),
    ],
    [
      'a mistyped name and the birth date',
      of({ name: 'Catherine Miller', birthday: '1990-05-17' }),
      of({ name: 'Catherina Miller', birthday: '1990-05-17' }),
    ],
    [
      'letters that changed places',
      of({ name: 'Micheal Jones', birthday: '1990-05-17' }),
      of({ name: 'Michael Jones', birthday: '1990-05-17' }),
    ],
    [
      'a middle name more',
      of({ name: 'Anna Maria Schmidt', birthday: '1990-05-17' }),
      of({ name: 'Anna Schmidt', birthday: '1990-05-17' }),
    ],
    [
      'an initial for a name',
      of({ name: 'A. Schmidt', birthday: '1990-05-17' }),
      of({ name: 'Anna Schmidt', birthday: '1990-05-17' }),
    ],
    [
      'a Chinese name, written together and apart',
      of({ name: '王小明', birthday: '1990年5月17日' }),
      of({ firstName: '小明', lastName: '王', birthday: '1990-05-17' }),
    ],
    [
      'a Chinese name and address',
      of({ name: '张伟', address: '上海市静安区南京西路1266号' }),
      of({ name: '张 伟', address: { street: '南京西路1266号', city: '上海市静安区' } }),
    ],
    [
      'a number that is an identifier here and a trait there',
      {
        traits: { name: 'Anna Schmidt' },
        identifiers: [{ namespace: 'phone', value: '+8613800138000' }],
      },
      of({ name: 'Anna Schmidt', phone: '138 0013 8000' }),
    ],
    [
      'a mailbox with dots and a plus tag, and nothing else',
      { identifiers: [{ namespace: 'email', value: 'a.schmidt77@example.com' }] },
      of({ email: 'ASchmidt77+shop@example.com' }),
    ],
    [
      'a name and a local part that says more than the name',
      of({ name: 'Anna Schmidt', email: 'sunflower77@example.com' }),
      of({ name: 'Anna Schmidt', email: 'sun.flower77@example.org' }),
    ],
    [
      'a name and an address as text and as object',
      of({ name: 'Anna Schmidt', address: '12 Elm Street, Springfield 62701, USA' }),
      of({ name: 'Anna Schmidt', address: home }),
    ],
    [
      'two accounts, where the rest agrees',
      {
        ...of({ name: 'Anna Schmidt', birthday: '1990-05-17' }),
        identifiers: [{ namespace: 'user_id', value: '1' }],
      },
      {
        ...of({ name: 'Anna Schmidt', birthday: '1990-05-17' }),
        identifiers: [{ namespace: 'user_id', value: '2' }],
      },
    ],
    [
      'a birth date with day and month in the wrong places, where the rest agrees',
      of({ name: 'Anna Schmidt', birthday: '1990-05-07', ...family }),
      of({ name: 'Anna Schmidt', birthday: '1990-07-05', ...family }),
    ],
  ])('%s', (_name, left, right) => {
    expect(score(left, right).score).toBeGreaterThanOrEqual(policy.scoreMin);
  });
});

describe('two people', () => {
  it.each<[string, Told, Told]>([
    [
      'twins, who share birth date, address, number and mailbox',
      of({ name: 'Thomas Smith', birthday: '1990-05-17', ...family }),
      of({ name: 'Laura Smith', birthday: '1990-05-17', ...family }),
    ],
    [
      'twins whose short names are alike',
      of({ name: 'Tim Smith', birthday: '1990-05-17', ...family }),
      of({ name: 'Tom Smith', birthday: '1990-05-17', ...family }),
    ],
    [
      'Chinese twins with one character between them',
      of({ name: '王小明', birthday: '1990-05-17', phone: '13800138000' }),
      of({ name: '王小红', birthday: '1990-05-17', phone: '13800138000' }),
    ],
    [
      'characters that sound alike',
      of({ name: '王小明', birthday: '1990-05-17' }),
      of({ name: '王晓明', birthday: '1990-05-17' }),
    ],
    [
      'father and son of one name',
      of({ name: 'John Smith', birthday: '1956-05-17', ...family }),
      of({ name: 'John Smith', birthday: '1986-05-17', ...family }),
    ],
    ['a common name alone', of({ name: 'John Smith' }), of({ name: 'John Smith' })],
    [
      'a common name in one postal area',
      of({ name: 'John Smith', address: { postalCode: '62701', street: '12 Elm Street' } }),
      of({ name: 'John Smith', address: { postalCode: '62701', street: '98 Oak Avenue' } }),
    ],
    [
      'a common name, and a local part that is the name',
      of({ name: 'John Smith', email: 'john.smith@example.com' }),
      of({ name: 'John Smith', email: 'johnsmith1@example.org' }),
    ],
    [
      'an office mailbox',
      of({ name: 'John Smith', email: 'info@example.com' }),
      of({ name: 'Laura Miller', email: 'info@example.com' }),
    ],
    [
      'a birth date that a form filled in',
      of({ name: 'John Smith', birthday: '1970-01-01' }),
      of({ name: 'John Smith', birthday: '1970-01-01' }),
    ],
    [
      'a family name alone, and the birth date of twins',
      of({ name: 'Laura Smith', birthday: '1990-05-17' }),
      of({ name: 'Laura Miller', birthday: '1990-05-17' }),
    ],
    ['nothing that is known of both', of({ name: 'John Smith' }), of({ birthday: '1990-05-17' })],
    [
      'a household of which nobody is named',
      of({ phone: family.phone, address: home }),
      of({ name: 'Laura Smith', phone: family.phone, address: home }),
    ],
    ['nothing at all', of({}), of({})],
    [
      'two accounts with one name and number',
      {
        ...of({ name: 'John Smith', phone: '+1 217 555 0123' }),
        identifiers: [{ namespace: 'user_id', value: '1' }],
      },
      {
        ...of({ name: 'John Smith', phone: '+1 217 555 0123' }),
        identifiers: [{ namespace: 'user_id', value: '2' }],
      },
    ],
  ])('%s', (_name, left, right) => {
    expect(score(left, right).score).toBeLessThan(policy.scoreMin);
  });
});

it('says what the score is made of, what speaks for it first', () => {
  const { score: total, reasons } = score(
    {
      traits: { name: 'Anna Schmidt', birthday: '1990-05-17', email: 'sunflower77@example.com' },
      identifiers: [{ namespace: 'user_id', value: '1' }],
    },
    {
      traits: { name: 'Anna Schmitt', birthday: '17.5.1990', email: 'sunflower77@example.org' },
      identifiers: [{ namespace: 'user_id', value: '2' }],
    },
  );
  expect(reasons).toEqual([
    {
      feature: 'BIRTH_DATE',
      agreement: 'SAME',
      left: '1990-05-17',
      right: '1990-05-17',
      similarity: 1,
      weight: 10,
    },
    {
      feature: 'EMAIL',
      agreement: 'SIMILAR',
      left: 'sunflower77@example.com',
      right: 'sunflower77@example.org',
      similarity: 1,
      weight: 5,
    },
    {
      feature: 'NAME',
      agreement: 'SIMILAR',
      left: 'Anna Schmidt',
      right: 'Anna Schmitt',
      similarity: 0.86,
      weight: 4,
    },
    {
      feature: 'PERSON_ID',
      agreement: 'DIFFERENT',
      left: 'user_id 1',
      right: 'user_id 2',
      similarity: 0,
      weight: -6,
    },
  ]);
  expect(total).toBe(Number((1 / (1 + 2 ** -(10 + 5 + 4 - 6 - 7))).toFixed(4)));
});

it('counts what a household shares up to a limit', () => {
  const anna = of({ name: 'Anna Smith', ...family });
  const { reasons } = score(anna, anna);
  expect(reasons.map(({ feature, weight }) => [feature, weight])).toEqual([
    ['EMAIL', 11],
    ['NAME', 8],
    ['PHONE', 1],
    ['ADDRESS', 0],
  ]);
});

it('is the same from either side', () => {
  const traits = fc.record(
    {
      name: fc.constantFrom(
        'Anna Schmidt',
        'Schmitt Anna',
        'A Schmidt',
        'Anna',
        '王小明',
        '王晓明',
      ),
      birthday: fc.constantFrom('1990-05-17', '1990-05-11', '1970-01-01', '1956-05-17'),
      email: fc.subarray(['a.b.cd@x.org', 'abcde@y.org', 'abcdf@x.org', 'anna.schmidt@x.org']),
      phone: fc.subarray(['13800138000', '+12175550123', '1234567', '13800138001']),
      address: fc.constantFrom<JsonObject | string>(
        home,
        { postalCode: '62701' },
        '12 Elm Street, Springfield 62701',
        '14 Elm Street, Springfield 62701',
      ),
    },
    { requiredKeys: [] },
  );
  const identifiers = fc
    .subarray(['user_id 1', 'user_id 2', 'wechat_unionid 1', 'wechat_unionid 2', 'email a@b.org'])
    .map((texts) =>
      texts.map((text) => {
        const [namespace = '', value = ''] = text.split(' ');
        return { namespace, value };
      }),
    );
  const told = fc.record({ traits, identifiers });
  fc.assert(
    fc.property(told, told, (left, right) => {
      const there = score(left, right);
      const back = score(right, left);
      expect(back.score).toBe(there.score);
      expect(back.reasons).toEqual(
        there.reasons.map((reason) => ({ ...reason, left: reason.right, right: reason.left })),
      );
      expect(there.score).toBeGreaterThanOrEqual(0);
      expect(there.score).toBeLessThanOrEqual(1);
      for (const { similarity } of there.reasons) {
        expect(similarity).toBeGreaterThanOrEqual(0);
        expect(similarity).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 500 },
  );
});

describe('the policy', () => {
  it('by default is sound', () => expect(findDuplicatePolicyFaults(policy)).toEqual([]));

  const { weights } = policy;
  it.each([
    [{ scoreMin: 0.2 }, 'scoreMin must be a number from 0.5 to 0.9999'],
    [{ priorBits: Number.NaN }, 'priorBits must be a number from -50 to 0'],
    [{ blockSizeMax: 1 }, 'blockSizeMax must be a whole number from 2 to 1000'],
    [{ profilesPerRun: 0 }, 'profilesPerRun must be a whole number from 1 to 10000'],
    [
      { weights: { ...weights, PHONE: { SAME: -1, DIFFERENT: 1 } } },
      'weights.PHONE.SAME must be a number from 0 to 50',
    ],
    [
      { weights: { ...weights, NAME: { ...weights.NAME, DIFFERENT: -10 } } },
      'weights.NAME.DIFFERENT does not tell twins apart',
    ],
    [{ contactBitsMax: 20 }, 'weights.BIRTH_DATE.DIFFERENT does not tell father and son apart'],
  ])('%# is not', (change, fault) => {
    expect(findDuplicatePolicyFaults({ ...policy, ...change })).toContain(fault);
  });
});
