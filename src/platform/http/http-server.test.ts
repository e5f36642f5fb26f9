import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { useTestDatabase } from '../../../test/support/database';
import { Fault } from '../../shared/errors';
import { createLogger } from '../telemetry/logger';
import { Metrics } from '../telemetry/metrics';
import { graphiqlRoutes } from './graphiql.routes';
import {
  createHttpServer,
  type HttpParts,
  type HttpServer,
  type HttpSettings,
} from './http-server';
import type { Routes } from './routes';

const testDatabase = useTestDatabase();

const settings: HttpSettings = {
  host: '127.0.0.1',
  port: 0,
  bodyLimitBytes: 1024 * 1024,
  rateLimit: null,
  trustProxy: false,
  drainMs: 0,
};

const running: HttpServer[] = [];
const lines: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  lines.length = 0;
});

interface Running {
  readonly url: string;
  readonly server: HttpServer;
}

async function start(
  routes: readonly Routes[] = [],
  changes: Partial<HttpSettings> = {},
  parts: Partial<HttpParts> = {},
): Promise<Running> {
  const server = await createHttpServer(
    { ...settings, ...changes },
    {
      logger: createLogger({ level: 'info' }, { write: (line) => lines.push(line) }),
      metrics: new Metrics(),
      checkDatabase: () => testDatabase.database.query('select 1'),
      routes,
      ...parts,
    },
  );
  running.push(server);
  return { url: await server.listen(), server };
}

const echo: Routes = async (app) => {
  app.post('/echo', async (request) => request.body);
};

function post(
  url: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
) {
  return fetch(`${url}/echo`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

describe('health', () => {
  it('is live and ready while the database answers', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('is live but not ready while the database is away', async () => {
    const checkDatabase = async () => {
      throw new Error('Connection terminated unexpectedly');
    };
    const { url } = await start([], {}, { checkDatabase });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'database away' }]);
  });

  it('is not ready while stopping, but finishes what is in flight and then lets go', async () => {
    const arrived = gate();
    const finish = gate();
    const slow: Routes = async (app) => {
      app.get('/slow', async () => {
        arrived.open();
        await finish.opened;
        return { done: true };
      });
    };
    const { url, server } = await start([slow], { drainMs: 1_000 });
    const inFlight = fetch(`${url}/slow`);
    await arrived.opened;
    const stopped = server.stop();
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'stopping' }]);
    finish.open();
    const reply = await inFlight;
    expect([reply.status, await reply.json()]).toEqual([200, { done: true }]);
    expect(reply.headers.get('connection')).toBe('close');
    await stopped;
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });
});

describe('metrics', () => {
  it('counts requests by route pattern and status, never by path', async () => {
    const { url } = await start([echo]);
    await post(url, '{"a":1}');
    await fetch(`${url}/people/ada@example.com`);
    const reply = await fetch(`${url}/metrics`);
    const text = await reply.text();
    expect(reply.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain(
      'http_request_duration_seconds_count{method="POST",route="/echo",status="200"} 1',
    );
    expect(text).toContain('route="unknown",status="404"');
    expect(text).toContain('process_cpu_user_seconds_total');
    expect(text).not.toContain('ada@example.com');
  });
});

describe('refusals', () => {
  it.each([
    ['malformed JSON', '{"a":', 'application/json', 400, 'BAD_REQUEST'],
    ['Latin-1', Buffer.from('{"a":"Zoë"}', 'latin1'), 'application/json', 400, 'BAD_REQUEST'],
    ['an empty body', '', 'application/json', 400, 'BAD_REQUEST'],
    ['a poisoned prototype', '{"__proto__":{"x":1}}', 'application/json', 400, 'BAD_REQUEST'],
    ['a form', 'a=1', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('%s', async (_name, body, type, status, code) => {
    const { url } = await start([echo]);
    const reply = await post(url, body, { 'content-type': type });
    const answer = (await reply.json()) as Refusal;
    expect([reply.status, answer.errors[0].extensions.code]).toEqual([status, code]);
    expect(Object.keys(answer)).toEqual(['errors']);
  });

  it('a body of 50 MB names the limit, whether announced, streamed or compressed', async () => {
    const { url } = await start([echo]);
    const large = `{"a":"${'x'.repeat(50 * 1024 * 1024)}"}`;
    const streamed = new ReadableStream({
      start(controller) {
        for (let at = 0; at < large.length; at += 1024 * 1024) {
          controller.enqueue(Buffer.from(large.slice(at, at + 1024 * 1024)));
        }
        controller.close();
      },
    });
    const replies = [
      await post(url, large),
      await fetch(`${url}/echo`, {
        method: 'POST',
        body: streamed,
        headers: { 'content-type': 'application/json' },
        duplex: 'half',
      } as RequestInit),
      await post(url, gzipSync(large), { 'content-encoding': 'gzip' }),
    ];
    for (const reply of replies) {
      const { errors } = (await reply.json()) as Refusal;
      expect(reply.status).toBe(413);
      expect(errors[0].extensions).toEqual({ code: 'BODY_TOO_LARGE', limitBytes: 1024 * 1024 });
      expect(errors[0].message).toContain('1048576 bytes');
    }
  });

  it('a large body is refused in words to clients that write all before they read', async () => {
    const { url } = await start([echo]);
    const { hostname, port } = new URL(url);
    const size = 50 * 1024 * 1024;
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`,
        );
        // A write after the server closed the connection fails, and the reply is lost.
        socket.write(Buffer.alloc(size, 'x'), (error) => {
          if (error) reject(error);
          else socket.once('data', (chunk) => resolve(chunk.toString()));
        });
      });
      socket.on('error', reject);
    });
    expect(reply).toMatch(/^HTTP\/1.1 413 /);
  });

  it('takes a compressed body within the limit', async () => {
    const { url } = await start([echo]);
    const reply = await post(url, gzipSync('{"a":1}'), { 'content-encoding': 'gzip' });
    expect(await reply.json()).toEqual({ a: 1 });
  });

  it.each([
    ['an unknown address', '/nowhere?secret=1', 404, 'NOT_FOUND'],
    ['a malformed address', '/%zz', 400, 'BAD_REQUEST'],
  ])('%s', async (_name, path, status, code) => {
    const { url } = await start();
    const reply = await fetch(url + path);
    const { errors } = (await reply.json()) as Refusal;
    expect([reply.status, errors[0].extensions.code]).toEqual([status, code]);
  });

  it('too many requests, where a limit is set; health checks do not count', async () => {
    const rateLimit = { requestsMax: 2, windowMs: 60_000 };
    const { url } = await start([echo], { rateLimit });
    const statuses = [];
    for (let attempt = 0; attempt < 3; attempt += 1) statuses.push((await post(url, '{}')).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await post(url, '{}');
    const { errors } = (await refused.json()) as Refusal;
    expect(errors[0].extensions.code).toBe('RATE_LIMITED');
    expect(refused.headers.get('retry-after')).toBeTruthy();
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });
});

describe('errors of a route', () => {
  const throwing = (error: unknown): Routes => {
    return async (app) => {
      app.get('/throw', async () => {
        throw error;
      });
    };
  };

  it('shows nothing of an unforeseen one, and logs it under the id it gives out', async () => {
    const { url } = await start([throwing(new Error('relation "secret_table" is broken'))]);
    const reply = await fetch(`${url}/throw`);
    const text = await reply.text();
    expect(reply.status).toBe(500);
    const requestId = reply.headers.get('x-request-id');
    expect(JSON.parse(text).errors[0]).toEqual({
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL_ERROR', requestId },
    });
    const logged = lines.find((line) => line.includes('secret_table'));
    expect(JSON.parse(logged ?? '{}')).toMatchObject({ level: 'error', requestId });
  });

  it.each([
    ['NOT_FOUND', 404, null],
    ['FORBIDDEN', 403, null],
    ['BODY_TOO_LARGE', 413, null],
    ['RATE_LIMITED', 429, null],
    ['UNAVAILABLE', 503, '5'],
    ['TIMEOUT', 504, '5'],
    ['SOMETHING_ELSE', 400, null],
  ])('a fault %s is a reply of %i, retry after %p', async (code, status, retryAfter) => {
    const { url } = await start([throwing(new Fault(code, 'No.', { why: 'because' }))]);
    const reply = await fetch(`${url}/throw`);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('retry-after')).toBe(retryAfter);
    expect(await reply.json()).toEqual({
      errors: [{ message: 'No.', extensions: { code, why: 'because' } }],
    });
  });
});

it('a fault that says when to try again says so in the header', async () => {
  const later: Routes = async (app) => {
    app.get('/later', async () => {
      throw new Fault('RATE_LIMITED', 'Too much.', { retryAfterSeconds: 17 });
    });
  };
  const { url } = await start([later]);
  expect((await fetch(`${url}/later`)).headers.get('retry-after')).toBe('17');
});

describe('request ids and logs', () => {
  it.each([
    ['01J8-req_7.a:b', true],
    ['two words', false],
    ['x'.repeat(129), false],
  ])('an id of the caller (%s) is kept: %s', async (given, isKept) => {
    const { url } = await start([echo]);
    const reply = await post(url, '{}', { 'x-request-id': given });
    expect(reply.headers.get('x-request-id') === given).toBe(isKept);
  });

  it('logs one line per request, without query string, headers or body', async () => {
    const { url } = await start([echo]);
    await fetch(`${url}/echo?email=ada@example.com`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer prn_live_secret',
        'user-agent': 'test-agent',
      },
      body: '{"phone":"+4912345"}',
    });
    const requests = lines.filter((line) => line.includes('"msg":"request"'));
    expect(requests).toHaveLength(1);
    expect(JSON.parse(requests[0] ?? '{}')).toMatchObject({
      level: 'info',
      method: 'POST',
      path: '/echo',
      status: 200,
      userAgent: 'test-agent',
      requestId: expect.any(String),
    });
    const all = lines.join('\n');
    for (const secret of ['ada@example.com', 'prn_live_secret', '4912345']) {
      expect(all).not.toContain(secret);
    }
  });
});

describe('headers', () => {
  it('compresses, and allows nothing to be loaded', async () => {
    const { url } = await start([echo]);
    const body = JSON.stringify({ text: 'again '.repeat(1_000) });
    const reply = await post(url, body, { 'accept-encoding': 'br' });
    expect(reply.headers.get('content-encoding')).toBe('br');
    expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await reply.text()).toBe(body);
  });
});

describe('GraphiQL', () => {
  const defaultQuery = '{ hello(name: "<Ada> & co") }';

  it('loads everything from this server, with no inline script', async () => {
    const { url } = await start([graphiqlRoutes({ defaultQuery })]);
    const page = await fetch(`${url}/`);
    expect(page.url).toBe(`${url}/graphiql`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    const html = await page.text();
    expect(html).toContain('data-query="{ hello(name: &quot;&lt;Ada> &amp; co&quot;) }"');
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    const loaded = assets.filter((asset) => !asset.startsWith('data:'));
    expect(loaded).toHaveLength(5);
    for (const asset of loaded) {
      expect(asset).toMatch(/^\/graphiql\//);
      const reply = await fetch(url + asset);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toMatch(/javascript|css/);
      const content = await reply.text();
      expect(content.length).toBeGreaterThan(100);
      // What would need 'unsafe-eval'.
      if (asset.endsWith('.js')) expect(content).not.toMatch(/\beval\(|new Function\(/);
    }
  });

  it('is not there unless it is switched on', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/graphiql`)).status).toBe(404);
    expect((await fetch(`${url}/`)).status).toBe(404);
  });
});

it('answers a client that speaks no HTTP, and goes on', async () => {
  const { url } = await start();
  const { hostname, port } = new URL(url);
  const reply = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write('nonsense\r\n\r\n'));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
  expect(reply).toMatch(/^HTTP\/1.1 400 /);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

interface Refusal {
  readonly errors: readonly [
    { readonly message: string; readonly extensions: { readonly code: string } },
  ];
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
