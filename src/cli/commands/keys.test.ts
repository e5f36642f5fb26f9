import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { commandLineOf } from '../../../test/support/command-line';
import { useTestDatabase } from '../../../test/support/database';

const { database } = useTestDatabase();
const run = commandLineOf(createTestApp(database, new TestClock('2026-06-15T12:00:00Z')));

it('are made with their scopes, listed without their secret, and revoked', async () => {
  const scopes = 'profiles:read,events:write';
  const made = await run(['keys', 'create', 'small', '--scopes', scopes]);
  expect(made.stdout.split('\n')[0]).toMatch(new RegExp(`^key_[0-9a-f]{32}  small  ${scopes}$`));
  const secret = /^API key: (\S+)$/m.exec(made.stdout)?.[1] ?? '';
  expect(secret).not.toBe('');
  const listed = await run(['keys', 'list']);
  expect(listed.stdout).toContain(`  ${scopes}`);
  expect(listed.stdout).not.toContain(secret);
  const id = /key_[0-9a-f]{32}/.exec(listed.stdout)?.[0] ?? '';
  expect(await run(['keys', 'revoke', id])).toMatchObject({ code: 0, stdout: 'Revoked small.\n' });
  expect((await run(['keys', 'list'])).stdout).toMatch(/ small +revoked /);
});
