import { VerifiedTokens } from './verified-tokens';

const caller = { kind: 'CUSTOMER', identifier: { namespace: 'user_id', value: 'ada' } } as const;

const START = Date.UTC(2026, 10, 27, 12);

it('forgets a token of an age, also where the clock is set back', () => {
  const tokens = new VerifiedTokens(3_000);
  const validity = { notBeforeMs: 0, expiresAtMs: START + 60_000 };
  tokens.remember('token', { caller, ...validity }, new Date(START));
  const findAt = (ms: number) => tokens.find('token', new Date(START + ms));
  expect([0, 2_999].map(findAt)).toEqual([caller, caller]);
  expect([3_000, 60_000, -1].map(findAt)).toEqual([null, null, null]);
});

it('keeps no more than so many, and the one verified first goes', () => {
  const tokens = new VerifiedTokens(Number.POSITIVE_INFINITY, 2);
  const verified = { caller, notBeforeMs: 0, expiresAtMs: START + 60_000 };
  const now = new Date(START);
  for (const token of ['first', 'second', 'first', 'third']) tokens.remember(token, verified, now);
  const kept = ['first', 'second', 'third'].map((token) => tokens.find(token, now) !== null);
  expect(kept).toEqual([true, false, true]);
});
