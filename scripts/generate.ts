import 'reflect-metadata';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateClient } from '../examples/typed-client/generate';
import { openDatabase } from '../src/platform/database/open-database';
import { buildApiSchema, printApiSchema } from '../src/platform/graphql/schema';
import { resolverClasses } from '../src/resolvers';
import { migrationsFolder } from '../src/schema-files';
import { dumpDatabase } from './dump-database';

/**
 * `npm run generate` writes the files under schema/ and the client of the examples anew; with `--check` it writes nothing and
 * fails where one of them is not what the code makes of it.
 */
async function main(isCheck: boolean): Promise<void> {
  const schema = printApiSchema(buildApiSchema(resolverClasses));
  const files = {
    'schema/schema.graphql': schema,
    'schema/database.sql': await dumpMigratedDatabase(),
    'examples/typed-client/generated.ts': await generateClient(schema, await readOperations()),
  };
  const stale: string[] = [];
  await mkdir('schema', { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const current = await readFile(path, 'utf8').catch(() => '');
    if (current === content) continue;
    stale.push(path);
    if (!isCheck) await writeFile(path, content);
  }
  if (isCheck && stale.length > 0) {
    process.stderr.write(`Out of date: ${stale.join(', ')}. Run \`npm run generate\`.\n`);
    process.exitCode = 1;
  }
}

/** What the examples ask, in an order that does not depend on the file system's. */
async function readOperations() {
  const paths = await readdir('examples', { recursive: true });
  const files = paths.filter((path) => path.endsWith('.graphql')).sort();
  return Promise.all(
    files.map(async (path) => ({ path, text: await readFile(join('examples', path), 'utf8') })),
  );
}

async function dumpMigratedDatabase(): Promise<string> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'perennial-generate-'));
  // The server's own user has to get through; the cluster inside is still closed to others.
  await chmod(dataFolder, 0o755);
  try {
    const settings = {
      url: null,
      dataFolder,
      poolSizeMax: 4,
      statementTimeoutMs: 60_000,
      migrationsFolder,
    };
    const { database, close } = await openDatabase(settings);
    try {
      return await dumpDatabase(database);
    } finally {
      await close();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

void main(process.argv.includes('--check'));
