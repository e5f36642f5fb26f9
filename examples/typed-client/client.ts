import { ApiError, NoAnswer } from './errors';
import type { TypedDocumentString } from './generated';

export interface ClientSettings {
  /** Of the server, e.g. `https://customers.example.com/graphql`. */
  readonly url: string;
  /** An API key, a write key or a customer's token. Asked for each time, since tokens expire. */
  readonly token: () => string | Promise<string>;
  /** How often a request is sent at most. */
  readonly attemptsMax?: number;
  readonly timeoutMs?: number;
  readonly wait?: (ms: number) => Promise<void>;
}

export interface RequestOptions {
  /** Whether to send it twice is to send it once. So it is with queries, and where a key says so. */
  readonly isRepeatable?: boolean;
  readonly signal?: AbortSignal;
}

/** Sends operations and gives their data, or throws `ApiError` or `NoAnswer`. */
export class Client {
  constructor(private readonly settings: ClientSettings) {}

  async send<Data, Variables>(
    operation: TypedDocumentString<Data, Variables>,
    variables: Variables,
    options: RequestOptions = {},
  ): Promise<Data> {
    const { attemptsMax = 4, wait = pause } = this.settings;
    const isRepeatable = options.isRepeatable ?? /^\s*query\b/.test(String(operation));
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.sendOnce<Data>({ query: String(operation), variables }, options.signal);
      } catch (error) {
        const waitMs = waitMsAfter(error, attempt);
        if (waitMs === null || !isRepeatable || attempt >= attemptsMax) throw error;
        await wait(waitMs);
      }
    }
  }

  private async sendOnce<Data>(request: object, signal?: AbortSignal): Promise<Data> {
    const { url, token, timeoutMs = 20_000 } = this.settings;
    const timeout = AbortSignal.timeout(timeoutMs);
    const headers = {
      authorization: `Bearer ${await token()}`,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
    };
    const ending = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    const init = { method: 'POST', headers, body: JSON.stringify(request), signal: ending };
    const response = await fetch(url, init).catch((cause: unknown) => {
      throw signal?.aborted ? cause : new NoAnswer('The server did not answer.', { cause });
    });
    return readData<Data>(response);
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
}

/** An answer with errors is refused as a whole, though GraphQL may have found a part of it. */
async function readData<Data>(response: Response): Promise<Data> {
  const answer = (await response.json().catch((cause: unknown) => {
    // What a proxy says in HTML is no answer of the server's.
    throw new NoAnswer(`Status ${response.status}, and nothing to read.`, { cause });
  })) as Answer<Data>;
  const [error] = answer.errors ?? [];
  if (error === undefined && answer.data != null) return answer.data;
  const { code = 'INTERNAL_ERROR', ...details } = error?.extensions ?? {};
  const retryAfter = response.headers.get('retry-after');
  const retryAfterMs = retryAfter === null ? null : Number(retryAfter) * 1000;
  throw new ApiError(code, error?.message ?? 'Neither data nor errors.', details, retryAfterMs);
}

const WAIT_MS_MAX = 60_000;

/** As long as the server says; where it says nothing at all, longer each time. Null: do not. */
function waitMsAfter(error: unknown, attempt: number): number | null {
  if (error instanceof NoAnswer) return 250 * 2 ** attempt;
  if (!(error instanceof ApiError) || error.retryAfterMs === null) return null;
  return error.retryAfterMs <= WAIT_MS_MAX ? error.retryAfterMs : null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
