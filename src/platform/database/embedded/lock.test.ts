import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock';
import { recordOfThisProcess } from './processes';

let folder: string;
let lockFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-lock-'));
  lockFile = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('one holder at a time, in one process too', async () => {
  let holders = 0;
  let holdersMax = 0;
  const hold = () =>
    withLock(lockFile, 10, async () => {
      holders += 1;
      holdersMax = Math.max(holdersMax, holders);
      await new Promise(setImmediate);
      holders -= 1;
    });
  await Promise.all(Array.from({ length: 10 }, hold));
  expect(holdersMax).toBe(1);
  expect(existsSync(lockFile)).toBe(false);
});

test('it is released when the work fails', async () => {
  const work = withLock(lockFile, 1, () => Promise.reject(new Error('no')));
  await expect(work).rejects.toThrow('no');
  expect(existsSync(lockFile)).toBe(false);
});

test('a living holder is waited for, with a bound', async () => {
  await writeFile(lockFile, JSON.stringify({ ...(await recordOfThisProcess()), nonce: 'other' }));
  await expect(withLock(lockFile, 0.1, async () => 'held')).rejects.toMatchObject({
    code: 'LOCK_TIMEOUT',
    message: expect.stringContaining(String(process.pid)),
  });
});

test.each([
  ['a process that ended', '{"pid":999999999,"birthMark":"x","nonce":"y"}', 0, 'held'],
  ['an earlier process with a living pid', `{"pid":${process.pid},"birthMark":"x"}`, 0, 'held'],
  ['a process that died while writing it', '', 60, 'held'],
  ['a process that may be writing it', '', 0, 'LOCK_TIMEOUT'],
])('the lock of %s', async (_holder, text, ageSeconds, expected) => {
  await writeFile(lockFile, text);
  const writtenAt = Date.now() / 1000 - ageSeconds;
  await utimes(lockFile, writtenAt, writtenAt);
  const outcome = withLock(lockFile, 0.2, async () => 'held').catch((error) => error.code);
  expect(await outcome).toBe(expected);
});

test('many who find the same stale lock still hold it one at a time', async () => {
  await writeFile(lockFile, '{"pid":999999999,"birthMark":"x"}');
  let holders = 0;
  const hold = () =>
    withLock(lockFile, 10, async () => {
      holders += 1;
      expect(holders).toBe(1);
      await new Promise(setImmediate);
      holders -= 1;
    });
  await Promise.all(Array.from({ length: 10 }, hold));
});

test('a stale lock that was replaced meanwhile by a living one is left alone', async () => {
  const living = JSON.stringify({ ...(await recordOfThisProcess()), nonce: 'other' });
  await writeFile(lockFile, '{"pid":999999999,"birthMark":"x"}');
  await writeFile(`${lockFile}.breaking`, living);
  const outcome = withLock(lockFile, 1, async () => 'held').catch((error) => error.code);
  // Time for it to find the lock stale; were it too short, the test would pass for nothing.
  await sleep(200);
  await writeFile(lockFile, living);
  await rm(`${lockFile}.breaking`);
  expect(await outcome).toBe('LOCK_TIMEOUT');
  expect(await readFile(lockFile, 'utf8')).toBe(living);
});
