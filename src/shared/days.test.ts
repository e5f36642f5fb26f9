import { addDays, dayOf, type EpochDay, formatDay, startOfDay } from './days';

describe('the day of an instant', () => {
  it.each([
    ['1970-01-01T00:00:00.000Z', 0],
    ['1970-01-01T23:59:59.999Z', 0],
    ['1970-01-02T00:00:00.000Z', 1],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2026-06-15T00:30:00+02:00', 20_618],
    ['2026-06-15T00:30:00Z', 20_619],
    ['2024-02-29T12:00:00Z', 19_782],
  ])('%s is %i', (instant, expected) => {
    expect(dayOf(new Date(instant))).toBe(expected);
  });
});

it.each([
  [0, '1970-01-01'],
  [-1, '1969-12-31'],
  [19_782, '2024-02-29'],
  [19_783, '2024-03-01'],
  [20_619, '2026-06-15'],
])('day %i is %s', (day, text) => {
  expect(formatDay(day as EpochDay)).toBe(text);
  expect(startOfDay(day as EpochDay)).toEqual(new Date(`${text}T00:00:00.000Z`));
  expect(dayOf(startOfDay(day as EpochDay))).toBe(day);
});

it.each([
  ['2026-06-15', 1, '2026-06-16'],
  ['2026-06-15', -15, '2026-05-31'],
  ['2024-02-28', 2, '2024-03-01'],
  // Clocks change on this day in Europe; in UTC no day is longer than another.
  ['2026-03-29', 1, '2026-03-30'],
])('%s and %i days is %s', (text, days, expected) => {
  expect(formatDay(addDays(dayOf(new Date(text)), days))).toBe(expected);
});
