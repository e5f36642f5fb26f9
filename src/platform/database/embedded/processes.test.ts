import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { inspectProcess, inspectWithPs, isAlive, recordOfThisProcess } from './processes';

const hasPs = spawnSync('ps', ['-p', String(process.pid)]).status === 0;

test('this process is alive, and known by its command line', async () => {
  expect(await isAlive(await recordOfThisProcess())).toBe(true);
  const facts = await inspectProcess(process.pid);
  expect(facts?.commandLine).toContain('node');
});

test('a process that ended is not, nor is a later one under its pid', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  await once(child, 'spawn');
  const pid = child.pid as number;
  const facts = await inspectProcess(pid);
  const birthMark = facts?.birthMark ?? '';
  expect(await isAlive({ pid, birthMark })).toBe(true);
  expect(await isAlive({ pid, birthMark: `${birthMark}0` })).toBe(false);
  child.kill();
  await once(child, 'exit');
  expect(await isAlive({ pid, birthMark })).toBe(false);
});

(hasPs ? test : test.skip)('ps, for systems without /proc, tells the same', async () => {
  const [own, again] = [await inspectWithPs(process.pid), await inspectWithPs(process.pid)];
  expect(own?.commandLine).toBe((await inspectProcess(process.pid))?.commandLine);
  expect(own?.birthMark).toMatch(/\d\d:\d\d:\d\d \d{4}$/);
  expect(again).toEqual(own);
  expect(await inspectWithPs(999_999_999)).toBeNull();
});
