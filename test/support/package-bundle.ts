import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '../..');

/** Where the product names a package, e.g. `from 'ajv/dist/2020'`. */
const IMPORT = /^(?:import|export|\}).*? from '([^.'][^']*)';$/gm;

/**
 * The packages of the product in one file, for Jest. It loads every module anew for each test file,
 * from some 1,500 files of packages where the whole product is tested, which takes longer than
 * most of the tests. The code is the packages' own; of the bundle only that runs which is asked
 * for. Beside it lies for each import a file that asks for one: `package-resolver.js` finds it.
 * @returns the folder
 */
export async function bundlePackages(): Promise<string> {
  const imports = await importsOfProduct();
  const installed = await readFile(join(root, 'node_modules/.package-lock.json'));
  const key = createHash('sha256').update(installed).update(imports.join()).digest('hex');
  const folder = join(root, 'node_modules/.cache', `perennial-packages-${key.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  await writeBundle(draft, imports);
  await rename(draft, folder).catch(async (error: unknown) => {
    // Another run has made it meanwhile.
    if (!existsSync(folder)) throw error;
    await rm(draft, { recursive: true });
  });
  return folder;
}

async function writeBundle(folder: string, imports: readonly string[]): Promise<void> {
  const entries = imports.map((name) => `  '${name}': () => require('${name}'),\n`);
  await build({
    stdin: { contents: `module.exports = {\n${entries.join('')}};\n`, resolveDir: root },
    outfile: join(folder, 'bundle.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    keepNames: true,
    // The drivers of other databases, which are not installed, are told in warnings.
    logLevel: 'error',
  });
  for (const name of imports) {
    const file = join(folder, 'imports', `${name}.js`);
    await mkdir(dirname(file), { recursive: true });
    const bundle = relative(dirname(file), join(folder, 'bundle.js')).split(sep).join('/');
    await writeFile(file, `module.exports = require('${bundle}')['${name}']();\n`);
  }
}

async function importsOfProduct(): Promise<string[]> {
  const entries = await readdir(join(root, 'src'), { recursive: true });
  const sources = entries.filter((name) => /(?<!\.test)\.ts$/.test(name));
  const names = new Set(['reflect-metadata']);
  for (const source of sources) {
    const text = await readFile(join(root, 'src', source), 'utf8');
    for (const [, name = ''] of text.matchAll(IMPORT)) {
      if (!name.startsWith('node:')) names.add(name);
    }
  }
  return [...names].sort();
}
