import type { ExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Credentials } from './api';

/** A close of the connection, as the client was told of it. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface SubscriberOptions {
  readonly retryAttempts?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called for each connection; `credentials` where left out. */
  readonly connectionParams?: () => Promise<Record<string, unknown>>;
}

/** What came of one subscription, one message after the other. */
export interface Messages<Data> {
  /** The data of the next one. @throws what the subscription was ended with, or its errors */
  next(): Promise<Data>;
  /** The whole of it; undefined at the end. */
  nextResult(): Promise<ExecutionResult<Data> | undefined>;
  end(): Promise<void>;
}

/** A client of ours, with the library that apps use, on one connection. */
export class Subscriber {
  readonly closes: Closed[] = [];
  readonly sockets: WebSocket[] = [];
  private readonly client: Client;
  private readonly waiters: ((closed: Closed) => void)[] = [];

  /** @param url of the API, over HTTP */
  constructor(url: string, credentials: Credentials, options: SubscriberOptions = {}) {
    const { sockets } = this;
    const { headers = {} } = options;
    const bearer = credentials.key ?? credentials.jwt;
    class TestSocket extends WebSocket {
      constructor(address: string, protocols: string | string[]) {
        super(address, protocols, { headers });
        sockets.push(this);
      }
    }
    this.client = createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: TestSocket,
      retryAttempts: options.retryAttempts ?? 0,
      retryWait: async () => undefined,
      // One connection, with subscriptions or without.
      lazy: false,
      onNonLazyError: () => undefined,
      connectionParams:
        options.connectionParams ??
        (bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      on: {
        closed: (event) => {
          const { code, reason } = event as Closed;
          this.closes.push({ code, reason });
          for (const resolve of this.waiters.splice(0)) resolve({ code, reason });
        },
      },
    });
  }

  subscribe<Data = Record<string, unknown>>(
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Messages<Data> {
    const results = this.client.iterate<Data>({ query, variables });
    const nextResult = async () => {
      const { value, done } = await results.next();
      return done ? undefined : (value as ExecutionResult<Data>);
    };
    return {
      nextResult,
      next: async () => {
        const result = await nextResult();
        if (result?.data == null || result.errors) {
          throw new Error(`There is no next message: ${JSON.stringify(result)}`);
        }
        return result.data;
      },
      end: async () => {
        await results.return?.();
      },
    };
  }

  /** The next close of the connection, or the last one where there was one. */
  closed(): Promise<Closed> {
    const last = this.closes.at(-1);
    if (last !== undefined) return Promise.resolve(last);
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  get socket(): WebSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('There is no connection.');
    return socket;
  }

  async dispose(): Promise<void> {
    await this.client.dispose();
  }
}

/** The code of the error that a subscription ended with. */
export async function codeOf(message: Promise<unknown>): Promise<unknown> {
  try {
    return { message: await message };
  } catch (error) {
    const [first] = Array.isArray(error) ? error : [error];
    return first?.extensions?.code ?? first;
  }
}
