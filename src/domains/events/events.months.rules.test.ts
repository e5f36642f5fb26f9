import {
  firstKeptMonth,
  monthOf,
  monthOfPartition,
  partitionOf,
  startOfMonth,
} from './events.months.rules';

test.each([
  ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', 'event_y1970m01'],
  ['2024-02-29T23:59:59.999Z', '2024-02-01T00:00:00.000Z', 'event_y2024m02'],
  ['2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', 'event_y2026m12'],
  ['2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', 'event_y2027m01'],
])('%s is of the month that begins at %s', (instant, start, partition) => {
  const month = monthOf(new Date(instant));
  expect(startOfMonth(month).toISOString()).toBe(start);
  expect(partitionOf(month)).toBe(partition);
  expect(monthOfPartition(partition)).toBe(month);
});

test('a table by another name is of no month', () => {
  expect(monthOfPartition('event_y2026m11_old')).toBeNull();
});

test.each([
  ['2026-06-15T12:00:00Z', 60, '2026-04-01T00:00:00.000Z'],
  // The whole of May must be old enough, up to its last instant.
  ['2026-07-31T23:59:59.999Z', 61, '2026-05-01T00:00:00.000Z'],
  ['2026-08-01T00:00:00.000Z', 61, '2026-06-01T00:00:00.000Z'],
  ['2026-01-15T00:00:00Z', 31, '2025-12-01T00:00:00.000Z'],
])('at %s, of %d days, events are kept since %s', (now, days, since) => {
  expect(startOfMonth(firstKeptMonth(new Date(now), days)).toISOString()).toBe(since);
});
