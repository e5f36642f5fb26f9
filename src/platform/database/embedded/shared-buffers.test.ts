import { sharedBuffers } from './shared-buffers';

const GIGABYTE = 2 ** 30;

it.each([
  [GIGABYTE / 2, '128MB'],
  [4 * GIGABYTE, '512MB'],
  [6.5 * GIGABYTE, '832MB'],
  [64 * GIGABYTE, '2048MB'],
])('of %d bytes takes %s', (memoryBytes, expected) => {
  expect(sharedBuffers(memoryBytes)).toBe(expected);
});

it('takes an amount between its bounds where it is run', () => {
  const megabytes = Number(/^(\d+)MB$/.exec(sharedBuffers())?.[1]);
  expect(megabytes).toBeGreaterThanOrEqual(128);
  expect(megabytes).toBeLessThanOrEqual(2048);
});
