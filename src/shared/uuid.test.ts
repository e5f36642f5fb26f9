import { newUuid } from './uuid';

test('is a UUID of version 7 in lower case', () => {
  expect(newUuid()).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('thousands of them are all different, and in the order in which they were made', () => {
  const ids = Array.from({ length: 5_000 }, newUuid);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});

test('tells the time it was made', () => {
  const before = Date.now();
  const made = Number.parseInt(newUuid().replaceAll('-', '').slice(0, 12), 16);
  expect(made).toBeGreaterThanOrEqual(before);
  // The generator may run a little ahead of the clock when it makes many within a millisecond.
  expect(made).toBeLessThan(Date.now() + 1_000);
});
