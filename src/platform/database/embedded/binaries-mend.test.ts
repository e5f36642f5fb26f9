import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mendPackage } from './binaries-mend';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-mend-'));
  await mkdir(join(folder, 'native', 'bin'), { recursive: true });
  await mkdir(join(folder, 'native', 'lib'));
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    await writeFile(join(folder, 'native', 'bin', name), '', { mode: 0o644 });
  }
  await writeFile(join(folder, 'native', 'lib', 'libpq.so.5.18'), 'library');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('missing links and executable bits are added; doing it twice is as good as once', async () => {
  await writeLinks('native/lib/libpq.so.5.18');
  expect(await mendPackage(folder)).toBeNull();
  expect(await mendPackage(folder)).toBeNull();
  expect(await readFile(join(folder, 'native', 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  const { mode } = await stat(join(folder, 'native', 'bin', 'postgres'));
  expect(mode & 0o777).toBe(0o755);
});

test('a package without a list of links has none', async () => {
  expect(await mendPackage(folder)).toBeNull();
});

test('what cannot be mended is said, not thrown', async () => {
  await rm(join(folder, 'native', 'bin', 'initdb'));
  expect(await mendPackage(folder)).toContain('ENOENT');
});

async function writeLinks(source: string): Promise<void> {
  const links = [{ source, target: 'native/lib/libpq.so.5' }];
  const file = join(folder, 'native', 'pg-symlinks.json');
  await writeFile(file, JSON.stringify(links));
  await chmod(file, 0o444);
}
