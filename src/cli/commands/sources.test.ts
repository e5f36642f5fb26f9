import { useApi } from '../../../test/support/api';
import { createTestApp } from '../../../test/support/app';
import { commandLineOf } from '../../../test/support/command-line';

const api = useApi();
/** An app of its own, beside the server's. */
const run = commandLineOf(createTestApp(api.database, api.clock));

const cli = async (...parameters: string[]) => {
  const { code, stdout, stderr } = await run(['sources', ...parameters]);
  return { code, text: stdout + stderr };
};

it('are made, restricted, shown, given a second key and never a third, and disabled', async () => {
  const made = await cli('create', 'web-shop', '--rate', '3000', '--namespaces', 'user_id');
  const secret = /^Write key: (pw_[\w-]{43})\n$/.exec(made.text)?.[1] ?? '';
  const record = `mutation { recordEvents(events: [
    { messageId: "1", name: "Seen", identifiers: [{ namespace: "user_id", value: "cli" }] }
    { messageId: "2", name: "Seen", identifiers: [{ namespace: "email", value: "a@b.c" }] }
  ]) { accepted } }`;
  expect(await api.query(record, {}, { key: secret })).toMatchObject({ status: 200 });
  expect((await cli('update', 'web-shop', '--rate', 'none', '--origins', '*')).code).toBe(0);
  expect((await cli('list')).text).toMatch(/web-shop +enabled +any +1 +0 +1 /);
  expect((await cli('add-key', 'web-shop')).text).toMatch(/^Write key: pw_/);
  await expect(cli('add-key', 'web-shop')).rejects.toThrow('has 2 valid write keys');
  const shown = (await cli('show', 'web-shop')).text;
  expect(shown).toMatch(/namespaces +user_id\n/);
  expect(shown).toMatch(/origins +\*\n/);
  expect(shown).toMatch(/NO_USABLE_IDENTIFIER +1\n/);
  expect(shown).not.toContain(secret);
  const id = /wky_[0-9a-f]{32}/.exec(shown)?.[0] ?? '';
  expect((await cli('revoke-key', id)).text).toBe(`Revoked ${id}.\n`);
  expect((await cli('disable', 'web-shop')).text).toBe('Disabled web-shop.\n');
});
