import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { orUndefinedWhenMissing } from './errors';

/** The server listens here and nowhere else. */
export const HOST = '127.0.0.1';

/**
 * A TCP port that is free at this moment: the remembered one if possible, so that processes which
 * are connected already find a restarted server where it was; else whichever the system gives.
 */
export async function chooseFreePort(portFile: string): Promise<number> {
  const remembered = Number(await orUndefinedWhenMissing(readFile(portFile, 'utf8')));
  if (Number.isInteger(remembered) && remembered > 0 && remembered < 65_536) {
    const port = await tryPort(remembered).catch(() => null);
    if (port !== null) return port;
  }
  return anyFreePort();
}

/** Whichever port the system gives; another program may take it before the server does. */
export function anyFreePort(): Promise<number> {
  return tryPort(0);
}

export async function rememberPort(portFile: string, port: number): Promise<void> {
  await writeFile(portFile, `${port}\n`);
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host: HOST, port, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('A listening socket has no port.'));
      });
    });
  });
}
