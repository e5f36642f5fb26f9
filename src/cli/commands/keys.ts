import { type Command, InvalidArgumentError } from 'commander';
import type { App } from '../../app';
import { type Scope, scopeNames } from '../../platform/auth/scopes';
import { fromPublicId, toPublicId } from '../../shared/ids';
import { formatTable } from '../table';
import type { RunWithApp } from '../with-app';

/** Whoever can run this on the machine holds the database anyway: all scopes are theirs to give. */
const grantor = { actor: 'cli', scopes: new Set(scopeNames) };

export function addKeys(program: Command, runWithApp: RunWithApp): void {
  const keys = program.command('keys').description('API keys');
  keys
    .command('create')
    .description('make a key; its secret is shown once')
    .argument('<name>', 'what the key is for, e.g. crm-sync')
    .requiredOption(
      '--scopes <list>',
      `comma-separated: ${scopeNames.join(', ')}; or "all"`,
      parseScopes,
    )
    .action((name: string, { scopes }: { scopes: readonly Scope[] }) =>
      runWithApp(async (app, out) => {
        const { apiKey, secret } = await app.apiKeys.create({ name, scopes }, grantor);
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

function parseScopes(list: string): readonly Scope[] {
  if (list === 'all') return scopeNames;
  return list.split(',').map((text) => {
    const scope = scopeNames.find((name) => name === text.trim());
    if (scope === undefined) {
      throw new InvalidArgumentError(`"${text}" is no scope. Scopes: ${scopeNames.join(', ')}.`);
    }
    return scope;
  });
}
