import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createProgram } from '../program';

const { database } = useTestDatabase();
const app = createTestApp(database, new TestClock('2026-11-20T10:00:00Z'));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-lifecycle-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** What the command line prints. */
async function run(...words: readonly string[]): Promise<string> {
  let printed = '';
  const out = {
    write: (text: string) => {
      printed += text;
      return true;
    },
  };
  const program = createProgram((work) =>
    Promise.resolve(work(app, out as never, new AbortController().signal)).then(() => undefined),
  );
  await program.parseAsync(['node', 'perennial', ...words]);
  return printed;
}

test('a version is saved from a file, previewed, activated and rolled back', async () => {
  const file = join(folder, 'model.json');
  const preset = await app.reads.lifecycleVersions.find('five-stage', 1);
  await writeFile(file, JSON.stringify({ ...preset?.document, typicalCadenceDays: 20 }));
  expect(await run('lifecycle', 'save', 'five-stage', file)).toBe('five-stage 2\n');
  expect(await run('lifecycle', 'preview', 'five-stage', '2')).toContain('0 of 0 would move.');
  const because = ['--reason', 'a test'];
  expect(await run('lifecycle', 'activate', 'five-stage', '2', ...because)).toBe('five-stage 2\n');
  expect(await run('lifecycle', 'list', 'five-stage')).toMatch(/2 +IN_FORCE +2026-11-20T10/);
  expect(await run('lifecycle', 'roll-back', 'five-stage', ...because)).toBe('five-stage 1\n');
});

test('what is refused fails', async () => {
  const file = join(folder, 'empty.json');
  await writeFile(file, '{}');
  await expect(run('lifecycle', 'save', 'five-stage', file)).rejects.toThrow('stages');
  const retire = run('lifecycle', 'retire', 'five-stage', '--reason', 'a test');
  await expect(retire).rejects.toThrow('default model');
  const preview = run('lifecycle', 'preview', 'five-stage', '1', '--sample', '100001');
  await expect(preview).rejects.toThrow('at most 100000');
});
