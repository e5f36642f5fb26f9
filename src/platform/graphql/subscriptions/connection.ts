import type { RawData, WebSocket } from 'ws';

/** What a connection may hold that its client has not taken. */
export const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;

/** WebSocket close codes (RFC 6455, section 7.4, and those of graphql-transport-ws). */
export const closeCodes = {
  goingAway: 1001,
  /** Clients connect again after these two, after a while. */
  serviceRestart: 1012,
  tryAgainLater: 1013,
  tooManyMessages: 1008,
  internalError: 1011,
  /** Nobody can tell who it is: to try again with the same is in vain. */
  unauthorized: 4401,
  /** What was good is no longer: clients connect again, with what they have by then. */
  forbidden: 4403,
} as const;

/** One client's connection, from the handshake to its end. */
export class SubscriptionConnection {
  /** Subscriptions that have begun and not ended, whatever the client thinks of them. */
  operations = 0;
  /** Null until it has said who it is. */
  callerName: string | null = null;
  /** What it said it is with. */
  authorization: string | undefined;
  /** Since the last ping. */
  hasAnswered = true;
  messages = 0;

  /** @param headerAuthorization of the handshake, which browsers cannot set */
  constructor(
    readonly socket: WebSocket,
    readonly requestId: string,
    readonly headerAuthorization: string | undefined,
  ) {}

  /** Resolves when the message has left this process: who awaits it waits for a slow client. */
  send(data: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isTooSlow) this.socket.terminate();
      if (this.socket.readyState !== this.socket.OPEN) resolve();
      else this.socket.send(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  get isTooSlow(): boolean {
    return this.socket.bufferedAmount > BUFFERED_BYTES_MAX;
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }
}

/** The text of a message. Binary ones are no GraphQL; as text they are refused as such. */
export function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
}
