import type { Duplex } from 'node:stream';
import pg from 'pg';

/** What the driver keeps of a connection, and its types leave out. */
interface Addressed {
  readonly host: string;
  readonly port: number;
  readonly ssl: false | object;
  readonly sslNegotiation: string;
  readonly processID: number;
  readonly secretKey: number;
  readonly connection: { readonly stream: Duplex };
}

/** As the driver's `Connection` is, and its types do not say. */
interface RawConnection {
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  once(event: 'connect' | 'sslconnect' | 'end', heard: () => void): void;
  on(event: 'error', heard: (error: Error) => void): void;
  readonly stream: { destroy(): void };
}

/** Whoever cannot take a request to cancel within this time will hardly answer statements. */
const CANCEL_MS_MAX = 2_000;

/**
 * Cancels what a connection is running, if anything, by PostgreSQL's own way (CancelRequest, in the
 * protocol's chapter "Canceling Requests in Progress"): over a connection of its own, with the
 * secret of the one that is meant. So it needs none of the pool, passes poolers, and can mean
 * nobody else.
 *
 * The server signals the backend before it hangs up, and the backend ignores the signal where it
 * has nothing to do. So once this has resolved, whatever the connection is given next is safe from
 * it; until then the connection must not be handed on. Where it cannot be told whether the request
 * has arrived, the connection is destroyed.
 */
export function cancelStatement(client: pg.ClientBase): Promise<void> {
  const { host, port, ssl, sslNegotiation, processID, secretKey, connection } =
    client as pg.ClientBase & Addressed;
  return new Promise((resolve) => {
    const messenger = new pg.Connection({
      ssl,
      sslNegotiation,
    } as object) as never as RawConnection;
    let isSent = false;
    const send = (): void => {
      isSent = true;
      messenger.cancel(processID, secretKey);
    };
    const finish = (hasArrived: boolean): void => {
      clearTimeout(timer);
      messenger.stream.destroy();
      if (hasArrived || connection.stream.destroyed) {
        resolve();
        return;
      }
      // Not before the driver knows that it is lost: somebody else would be given it.
      connection.stream.once('close', () => resolve());
      connection.stream.destroy();
    };
    const timer = setTimeout(() => finish(false), CANCEL_MS_MAX);
    messenger.once(ssl === false ? 'connect' : 'sslconnect', send);
    if (ssl !== false && sslNegotiation !== 'direct') {
      messenger.once('connect', () => messenger.requestSsl());
    }
    messenger.once('end', () => finish(isSent));
    messenger.on('error', () => finish(false));
    // The path of a socket is a folder with a file of this name in it.
    if (host.startsWith('/')) messenger.connect(`${host}/.s.PGSQL.${port}`);
    else messenger.connect(port, host);
  });
}
