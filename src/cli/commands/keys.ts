import type { Command } from 'commander';
import type { App } from '../../app';
import { type Scope, scopeNames } from '../../platform/auth/scopes';
import { fromPublicId, toPublicId } from '../../shared/ids';
import { commandLine, scopesParser } from '../scopes';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';

export function addKeys(keys: Command, runWithApp: RunWithApp): void {
  keys
    .command('create')
    .description(
      'make a key; its secret is shown once. Without personal-data:read it sees personal data masked',
    )
    .argument('<name>', 'what the key is for, e.g. crm-sync')
    .requiredOption(
      '--scopes <list>',
      `comma-separated: ${scopeNames.join(', ')}; or "all"`,
      scopesParser(scopeNames),
    )
    .action((name: string, { scopes }: { scopes: readonly Scope[] }) =>
      runWithApp(async (app, out) => {
        const { apiKey, secret } = await app.apiKeys.create({ name, scopes }, commandLine);
        out.write(`${toPublicId('key', apiKey.id)}  ${apiKey.name}  ${apiKey.scopes.join(',')}\n`);
        out.write(`API key: ${secret}\n`);
      }),
    );
  keys
    .command('list')
    .description('every key, active ones first')
    .action(() => runWithApp(listKeys));
  keys
    .command('revoke')
    .description('end a key for good')
    .argument('<id>', 'as `keys list` shows it')
    .action((id: string) =>
      runWithApp(async (app, out) => {
        const { name } = await app.apiKeys.revoke(fromPublicId('key', id));
        out.write(`Revoked ${name}.\n`);
      }),
    );
}

async function listKeys(app: App, out: NodeJS.WritableStream): Promise<void> {
  const rows = (await app.apiKeys.list()).map((key) => [
    toPublicId('key', key.id),
    key.name,
    key.revokedAt === null ? 'active' : 'revoked',
    key.createdAt.toISOString().slice(0, 10),
    key.scopes.length === scopeNames.length ? 'all' : key.scopes.join(','),
  ]);
  out.write(`${formatTable(['id', 'name', 'state', 'created', 'scopes'], rows)}\n`);
}
