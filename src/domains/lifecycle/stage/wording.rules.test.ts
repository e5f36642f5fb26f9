import type { Comparison } from './wording.rules';
import { missingInWords, reasonInWords } from './wording.rules';

const dollars = { code: 'USD', minorDigits: 2 };
const yen = { code: 'JPY', minorDigits: 0 };

const silence: Comparison = {
  fact: 'silenceDays',
  value: 125,
  operator: 'GTE',
  threshold: 120,
  unit: 'DAYS',
  basis: 'OWN_CADENCE',
};
const spent: Comparison = {
  fact: 'revenue365',
  value: 123_456,
  operator: 'LT',
  threshold: 200_000,
  unit: 'MONEY_MINOR',
  basis: 'POPULATION_QUANTILE',
};
const fallen: Comparison = {
  fact: 'frequencyChange30',
  value: -0.456,
  operator: 'LT',
  threshold: -0.3,
  unit: 'RATIO',
  basis: 'CONSTANT',
};
const unasked: Comparison = {
  fact: 'nps365',
  value: null,
  operator: 'GT',
  threshold: 50,
  unit: 'SCORE',
  basis: 'CONSTANT',
};

test.each([
  [silence, "Days of silence: 125, which is at least 120 (by the customer's own cadence)"],
  [
    spent,
    'Revenue of the last 365 days: $1,234.56, which is less than $2,000.00 (as customers go)',
  ],
  [fallen, 'Change of frequency over 30 days: -45.6%, which is less than -30%'],
])('a reason in English', (reason, expected) => {
  expect(reasonInWords(reason, 'EN', dollars)).toBe(expected);
});

test.each([
  [silence, '静默天数为125,不低于120(按个人周期)'],
  [spent, '近365天消费额为JP¥123,456,低于JP¥200,000(按总体分位)'],
  [fallen, '近30天活跃频率变化为-45.6%,低于-30%'],
])('a reason in Chinese', (reason, expected) => {
  expect(reasonInWords(reason, 'ZH', yen)).toBe(expected);
});

test('what is missing', () => {
  expect(missingInWords(unasked, 'EN', dollars)).toBe(
    'NPS of the last 365 days: unknown so far, and it takes more than 50',
  );
  expect(missingInWords(unasked, 'ZH', dollars)).toBe('近365天NPS为暂无,需高于50');
});
