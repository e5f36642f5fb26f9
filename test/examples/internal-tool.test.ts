import type { Scope } from '../../src/platform/auth/scopes';
import { newProfile, order } from '../support/actions';
import { useApi } from '../support/api';
import { runExample } from '../support/examples';

const api = useApi();

beforeAll(async () => {
  await newProfile(api, 'mei', { ...order('mei', 100), traits: { name: 'Mei Lin' } });
});

const SCOPES: readonly Scope[] = ['profiles:read', 'loyalty:adjust'];

async function run(points: string, caseNumber: string, user = 'mei', scopes = SCOPES) {
  const parameters = ['--user', user, `--points=${points}`, '--reason', 'Goodwill'];
  const key = await api.key(...scopes);
  const access = { url: api.url, key };
  return runExample('internal-tool', [...parameters, '--case', caseNumber], access);
}

it('adjusts points once for a case', async () => {
  const first = await run('250', '881');
  expect([first.code, first.stdout.trimEnd().split('\n')]).toEqual([
    0,
    [
      '250 points: Goodwill (case 881)',
      expect.stringMatching(/^mei: /),
      'Balance: 350 points, tier MEMBER',
      expect.stringMatching(/^Posted 2026-11-20T10:00:00.000Z as \w+$/),
    ],
  ]);
  expect(await run('250', '881')).toEqual(first);
});

it.each<[string, string, string, string, readonly Scope[], string]>([
  ['for want of points', '-5000', '882', 'mei', SCOPES, 'InsufficientPoints'],
  ['of a case that was something else', '300', '881', 'mei', SCOPES, 'IdempotencyKeyReused'],
  ['of nothing', '0', '883', 'mei', SCOPES, 'AdjustmentRefused, ZERO_POINTS'],
  ['of nobody', '5', '884', 'who', SCOPES, 'NoSuchUser'],
  ['for want of a scope', '5', '885', 'mei', ['profiles:read'], 'FORBIDDEN'],
])('is refused by name: %s', async (_, points, caseNumber, user, scopes, name) => {
  const { code, stdout } = await run(points, caseNumber, user, scopes);
  const [what, who, refusal, why, ...more] = stdout.trimEnd().split('\n');
  expect([code, what, refusal, more]).toEqual([
    1,
    `${points} points: Goodwill (case ${caseNumber})`,
    `Refused: ${name}`,
    [],
  ]);
  expect(who).toContain(user);
  expect(why).toMatch(/\.$/);
});

it('says how to use it', async () => {
  const { code, stderr } = await runExample('internal-tool', [], { url: api.url, key: 'none' });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^Usage: .*--case NUMBER\n$/)]);
});
