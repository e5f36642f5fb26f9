import { formatMinor, parseMinor } from './money';

describe('formatMinor', () => {
  test.each([
    [0, 2, '0.00'],
    [5, 2, '0.05'],
    [100, 2, '1.00'],
    [-5, 2, '-0.05'],
    [-1234, 2, '-12.34'],
    [1234, 0, '1234'],
    [-7, 0, '-7'],
    [1234, 3, '1.234'],
    [9_007_199_254_740_993n, 2, '90071992547409.93'],
  ])('%s with %i digits is %s', (minor, digits, expected) => {
    expect(formatMinor(minor, digits)).toBe(expected);
  });
});

test.each<[string, number, bigint | null]>([
  ['19.90', 2, 1990n],
  ['19.9', 2, 1990n],
  ['19', 2, 1900n],
  ['-0.01', 2, -1n],
  ['0', 2, 0n],
  ['1500', 0, 1500n],
  ['1.234', 3, 1234n],
  ['999999999999999.99', 2, 99999999999999999n],
  ['1.999', 2, null],
  ['1.0', 0, null],
  ['1000000000000000', 2, null],
  ['1.', 2, null],
  ['.5', 2, null],
  ['1e3', 2, null],
  [' 1', 2, null],
  ['', 2, null],
  ['--1', 2, null],
])('%j with %i digits is %p', (text, minorDigits, expected) => {
  expect(parseMinor(text, minorDigits)).toBe(expected);
});
