import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureLog, readLogTail, rotateLog } from './server-log';

let folder: string;
let logFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-log-'));
  logFile = join(folder, 'postgres.log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the tail is the last lines of what was written since', async () => {
  await writeFile(logFile, 'before\n');
  const from = await measureLog(logFile);
  expect(await readLogTail(logFile, from)).toBe('');
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  await writeFile(logFile, `${lines.join('\n')}\n`, { flag: 'a' });
  expect(await readLogTail(logFile, from)).toBe(lines.slice(10).join('\n'));
});

test('a log that is not there is empty', async () => {
  expect(await measureLog(logFile)).toBe(0);
  expect(await readLogTail(logFile)).toBe('');
  await rotateLog(logFile);
});

test.each([
  ['10 MiB', 0, true],
  ['10 MiB and a byte', 1, false],
])('a log of %s', async (_size, bytesMore, isKept) => {
  await writeFile(logFile, '');
  await truncate(logFile, 10 * 1024 * 1024 + bytesMore);
  await rotateLog(logFile);
  const kept = await readFile(isKept ? logFile : `${logFile}.old`);
  expect(kept.length).toBe(10 * 1024 * 1024 + bytesMore);
});
