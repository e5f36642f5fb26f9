import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface ProcessFacts {
  /** Differs between two processes that had the same pid one after the other. */
  readonly birthMark: string;
  /** Program and arguments, separated by spaces. */
  readonly commandLine: string;
}

/**
 * What is known of a running process, or null when none runs under that pid. A zombie (ended, not
 * yet collected by its parent) does not run, although signal 0 would say that it does: in a
 * container whose first process collects nothing, a killed server stays one for ever.
 */
export function inspectProcess(pid: number): Promise<ProcessFacts | null> {
  return process.platform === 'linux' ? inspectWithProc(pid) : inspectWithPs(pid);
}

/** Linux: from /proc, which needs no program (slim images have no `ps`). */
async function inspectWithProc(pid: number): Promise<ProcessFacts | null> {
  try {
    const [stat, commandLine, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    ]);
    // proc(5): the name in parentheses may hold anything, so count from behind it. There, field 3
    // of the line (state) comes first and field 22 (start, in clock ticks since boot) is the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return {
      birthMark: `${bootId.trim()}/${fields[19]}`,
      commandLine: commandLine.split('\0').join(' ').trim(),
    };
  } catch {
    return null;
  }
}

/** macOS: from `ps`, which is part of the system. */
export async function inspectWithPs(pid: number): Promise<ProcessFacts | null> {
  try {
    const { stdout } = await promisify(execFile)(
      'ps',
      ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)],
      { env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }, timeout: 10_000 },
    );
    // "Ss   Sat Nov 22 07:43:00 2025     /path/postgres -D ..."
    const match = /^(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(stdout.trim());
    const [, state, birthMark, commandLine] = match ?? [];
    if (!state || !birthMark || !commandLine || state.startsWith('Z')) return null;
    return { birthMark, commandLine };
  } catch {
    return null;
  }
}

/** A process as written down in a file, to be recognised later. */
export interface ProcessRecord {
  readonly pid: number;
  readonly birthMark: string;
}

/** This process, as a record. */
export async function recordOfThisProcess(): Promise<ProcessRecord> {
  const facts = await inspectProcess(process.pid);
  return { pid: process.pid, birthMark: facts?.birthMark ?? '' };
}

/** Whether the recorded process runs still; a later process under the same pid does not count. */
export async function isAlive(record: ProcessRecord): Promise<boolean> {
  const facts = await inspectProcess(record.pid);
  return facts !== null && facts.birthMark === record.birthMark;
}

/** Reads a record back; null when the text is not one, as after a write cut short. */
export function parseProcessRecord<T extends ProcessRecord = ProcessRecord>(
  text: string,
): T | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    if (!('pid' in value && typeof value.pid === 'number')) return null;
    if (!('birthMark' in value && typeof value.birthMark === 'string')) return null;
    return value as T;
  } catch {
    return null;
  }
}
