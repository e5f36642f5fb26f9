import { type Allowance, takeEvents } from './sources.rate.rules';

const PER_MINUTE = 6_000;

function left(events: number, atMs = 0): Allowance {
  return { events, atMs };
}

/** In a millisecond an allowance of 6,000 a minute grows by a tenth of an event. */
it.each<[string, Allowance | null, number, number, number | 'refused', number]>([
  ['the first time there is a whole minute', null, 6_000, 0, 0, 0],
  ['one more than that goes into debt', null, 6_001, 0, -1, 0],
  ['what is left is taken to the last event', left(500), 500, 0, 0, 0],
  ['one more is refused, for as long as it takes to grow', left(500), 501, 0, 'refused', 1],
  ['a batch waits for all that is missing', left(0), 500, 0, 'refused', 5],
  ['and is short of it until then', left(0), 500, 4_999, 'refused', 1],
  ['and fits then', left(0), 500, 5_000, 0, 0],
  ['it grows to a minute and no further', left(0), 0, 600_000, 6_000, 0],
  ['debt is paid first', left(-1_000), 500, 0, 'refused', 15],
  [
    'what is larger than a minute waits until the allowance is full',
    left(0),
    9_000,
    0,
    'refused',
    60,
  ],
  ['a clock set back takes nothing away', left(500, 60_000), 500, 0, 0, 0],
  ['nothing is always within', left(0), 0, 0, 0, 0],
])('%s', (_name, allowance, events, nowMs, expected, retryAfterSeconds) => {
  expect(takeEvents(allowance, events, PER_MINUTE, nowMs)).toEqual(
    expected === 'refused'
      ? { isWithin: false, retryAfterSeconds }
      : { isWithin: true, left: { events: expected, atMs: nowMs } },
  );
});

it('a refusal says when it fits, to the second', () => {
  const refused = takeEvents(left(0), 2_500, 2_500, 0);
  expect(refused).toEqual({ isWithin: false, retryAfterSeconds: 60 });
  expect(takeEvents(left(0), 2_500, 2_500, 60_000)).toMatchObject({ isWithin: true });
});
