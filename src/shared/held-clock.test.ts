import { HeldClock } from './held-clock';

it('stands still while it is held, and goes on after', () => {
  let minute = 0;
  const next = () => new Date(Date.UTC(2026, 10, 27, 12, minute++));
  const clock = new HeldClock({ now: next });
  expect(clock.now().getUTCMinutes()).toBe(0);
  clock.hold();
  expect([clock.now(), clock.now()].map((now) => now.getUTCMinutes())).toEqual([1, 1]);
  clock.release();
  expect(clock.now().getUTCMinutes()).toBe(2);
});
