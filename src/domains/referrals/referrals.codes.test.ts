import { randomBytes } from 'node:crypto';
import { generateCode, normaliseCode } from './referrals.codes';

describe('generateCode', () => {
  test('makes the code of the bytes', () => {
    expect(generateCode(() => Uint8Array.of(0, 7, 8, 29, 30, 59, 60, 239))).toBe('29AZ2Z2Z');
  });

  test('leaves out bytes that would favour some letters', () => {
    const batches = [
      Uint8Array.of(240, 255, 0, 1, 2, 3, 4, 5),
      Uint8Array.of(6, 7, 8, 8, 8, 8, 8, 8),
    ];
    expect(generateCode(() => batches.shift() ?? new Uint8Array(8))).toBe('23456789');
  });

  test('has 8 characters that nobody mistakes, and is a code', () => {
    const codes = Array.from({ length: 500 }, () => generateCode(randomBytes));
    for (const code of codes) {
      expect(code).toMatch(/^[2-9A-HJKMNP-TV-Z]{8}$/);
      expect(normaliseCode(code)).toBe(code);
    }
    expect(new Set(codes).size).toBe(500);
  });
});

describe('normaliseCode', () => {
  test.each<[string, string | null]>([
    ['ABCD2345', 'ABCD2345'],
    ['abcd2345', 'ABCD2345'],
    ['  abcd-2345 ', 'ABCD2345'],
    ['LEO1', 'LEO1'],
    ['A'.repeat(24), 'A'.repeat(24)],
    ['A'.repeat(25), null],
    ['ABC', null],
    ['', null],
    ['----', null],
    ['ABC!', null],
    ['straße', null],
    ['ABCı', null],
    ['ABCD\0', null],
  ])('%j → %j', (text, expected) => {
    expect(normaliseCode(text)).toBe(expected);
  });
});
