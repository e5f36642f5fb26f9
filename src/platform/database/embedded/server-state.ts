import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orUndefinedWhenMissing } from './errors';
import { inspectProcess } from './processes';

export type ServerState =
  | {
      readonly kind: 'running';
      readonly pid: number;
      readonly port: number;
      /** Connections are accepted; otherwise it starts, recovers or stops. */
      readonly isReady: boolean;
    }
  | {
      readonly kind: 'absent';
      /** The pid a dead server left behind; it may be another process's by now. */
      readonly stalePid: number | null;
    };

/**
 * What postmaster.pid says, checked against the process it names: after a power cut or a kill -9
 * the file stays, and the pid in it may have gone to another process.
 */
export async function readServerState(clusterFolder: string): Promise<ServerState> {
  const file = join(clusterFolder, 'postmaster.pid');
  const text = (await orUndefinedWhenMissing(readFile(file, 'utf8'))) ?? '';
  // PostgreSQL 18, src/include/utils/pidfile.h: 1 pid, 2 data directory, 3 start time, 4 port,
  // 5 socket directory, 6 address, 7 shared memory, 8 status.
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  const port = Number.parseInt(lines[3] ?? '', 10);
  if (!(pid > 0)) return { kind: 'absent', stalePid: null };
  if (!(await isServerOf(clusterFolder, pid))) return { kind: 'absent', stalePid: pid };
  return { kind: 'running', pid, port, isReady: lines[7]?.trim() === 'ready' };
}

/** The server's command line begins as `startServer` wrote it; its children carry other titles. */
async function isServerOf(clusterFolder: string, pid: number): Promise<boolean> {
  const facts = await inspectProcess(pid);
  return facts?.commandLine.includes(`postgres -D ${clusterFolder} -c `) ?? false;
}
