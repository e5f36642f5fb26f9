import { HeldClock } from './held-clock';

/** A minute later each time that it is asked. */
function tickingClock(): HeldClock {
  let minute = 0;
  return new HeldClock({ now: () => new Date(Date.UTC(2026, 10, 27, 12, minute++)) });
}

const minutesOf = (clock: HeldClock, times: number) =>
  Array.from({ length: times }, () => clock.now().getUTCMinutes());

it('stands still from the first time that it is asked while it is held, and goes on after', () => {
  const clock = tickingClock();
  expect(minutesOf(clock, 1)).toEqual([0]);
  clock.hold();
  expect(clock.isAsked).toBe(false);
  expect(minutesOf(clock, 2)).toEqual([1, 1]);
  expect(clock.isAsked).toBe(true);
  clock.release();
  expect(clock.isAsked).toBe(false);
  expect(minutesOf(clock, 2)).toEqual([2, 3]);
});

it('tells what its holder says when it is asked first', () => {
  const clock = tickingClock();
  let minute = 30;
  clock.hold({ now: () => new Date(Date.UTC(2026, 10, 27, 12, minute)) });
  minute = 31;
  expect(minutesOf(clock, 1)).toEqual([31]);
  minute = 32;
  expect(minutesOf(clock, 1)).toEqual([31]);
  clock.release();
  expect(minutesOf(clock, 1)).toEqual([0]);
});
