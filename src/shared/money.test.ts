import { formatMinor } from './money';

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
