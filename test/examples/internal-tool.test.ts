import { adjustPoints } from '../../examples/internal-tool/adjust-points';
import type { Scope } from '../../src/platform/auth/scopes';
import { newProfile, order } from '../support/actions';
import { useApi } from '../support/api';
import { exampleClient, runExample } from '../support/examples';

const api = useApi();

beforeAll(async () => {
  await newProfile(api, 'mei', { ...order('mei', 100), traits: { name: 'Mei Lin' } });
});

const SCOPES: readonly Scope[] = ['profiles:read', 'loyalty:adjust'];

async function run(...parameters: readonly string[]) {
  return runExample('internal-tool', parameters, { url: api.url, key: await api.key(...SCOPES) });
}

it('adjusts points once for a case', async () => {
  const command = ['--user', 'mei', '--points', '250', '--reason', 'Goodwill', '--case', '881'];
  const first = await run(...command);
  expect([first.code, first.stdout.trimEnd().split('\n')]).toEqual([
    0,
    [
      '250 points: Goodwill (case 881)',
      expect.stringMatching(/^mei: /),
      'Balance: 350 points, tier MEMBER',
      expect.stringMatching(/^Posted 2026-11-20T10:00:00.000Z as \w+$/),
    ],
  ]);
  expect(await run(...command)).toEqual(first);
});

it('ends with 1 where it is refused, and with 2 where it is not understood', async () => {
  const refused = await run('--user', 'who', '--points=-5', '--reason', 'Mug', '--case', '882');
  expect(refused).toEqual({
    code: 1,
    stdout: '-5 points: Mug (case 882)\nwho\nRefused: NoSuchUser\nNobody has this id.\n',
    stderr: '',
  });
  const unclear = await run('--user', 'mei');
  expect([unclear.code, unclear.stderr]).toEqual([2, expect.stringMatching(/^Usage: .*NUMBER\n$/)]);
});

it.each<[string, string, string, readonly Scope[], string]>([
  ['for want of points', '-5000', '883', SCOPES, 'InsufficientPoints'],
  ['of a case that was something else', '300', '881', SCOPES, 'IdempotencyKeyReused'],
  ['of nothing', '0', '884', SCOPES, 'AdjustmentRefused, ZERO_POINTS'],
  ['for want of a scope', '5', '885', ['profiles:read'], 'FORBIDDEN'],
])('is refused by name: %s', async (_, points, caseNumber, scopes, name) => {
  const client = exampleClient(api, { token: () => api.key(...scopes) });
  const adjustment = { userId: 'mei', points, reason: 'Goodwill', caseNumber };
  const { isDone, lines } = await adjustPoints(client, adjustment);
  expect([isDone, ...lines]).toEqual([
    false,
    `${points} points: Goodwill (case ${caseNumber})`,
    expect.stringMatching(/^mei/),
    `Refused: ${name}`,
    expect.stringMatching(/\.$/),
  ]);
});
