import { createHttpServer, type HttpServer } from '../../platform/http/http-server';
import { createLogger } from '../../platform/telemetry/logger';
import { Metrics } from '../../platform/telemetry/metrics';
import type { Source } from '../sources';
import { segmentRoutes } from './segment.routes';

/** What the rest of the HTTP server does to these routes; what they do is tested with the product. */

const ORIGIN = 'https://shop.example';
const KEY = 'pw_0123456789';

const source: Source = {
  sourceId: 'source-1' as Source['sourceId'],
  name: 'web-shop',
  scopes: new Set(['events:write']),
  eventsPerMinuteMax: null,
  allowed: { namespaces: null, eventNames: null },
  origins: [ORIGIN],
};

const running: HttpServer[] = [];
const lines: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  lines.length = 0;
});

async function start(requestsMax: number | null, record: () => Promise<never>): Promise<string> {
  const routes = segmentRoutes(
    { bodyBytesMax: 1024, eventsPerRequestMax: 10 },
    {
      sources: {
        authenticate: async (writeKey) => (writeKey === KEY ? source : null),
        takeFromRate: () => ({ isWithin: true }),
      },
      service: { record },
    },
  );
  const server = await createHttpServer(
    {
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 1024,
      rateLimit: requestsMax === null ? null : { requestsMax, windowMs: 60_000 },
      trustProxy: true,
      drainMs: 0,
    },
    {
      logger: createLogger({ level: 'info' }, { write: (line) => lines.push(line) }),
      metrics: new Metrics(),
      checkDatabase: async () => undefined,
      routes: [routes],
    },
  );
  running.push(server);
  return server.listen();
}

const failing = async (): Promise<never> => {
  throw new Error('Nobody foresaw this.');
};

function send(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/t`, {
    method: 'POST',
    body: '{}',
    ...init,
    headers: { origin: ORIGIN, authorization: `Bearer ${KEY}`, ...init.headers },
  });
}

it('an address over its rate is told when to come back, and can read it from a page', async () => {
  const url = await start(1, failing);
  await send(url);
  const refused = await send(url);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
});

it('what browsers ask beforehand counts towards no rate', async () => {
  const url = await start(1, failing);
  const headers = { 'access-control-request-method': 'POST' };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect((await send(url, { method: 'OPTIONS', body: null, headers })).status).toBe(204);
  }
  expect((await send(url)).status).toBe(500);
});

it('what nobody foresaw is 500, which SDKs try again, and not 4xx', async () => {
  const reply = await send(await start(null, failing));
  expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([500, ORIGIN]);
});

it('the key in the address is not logged', async () => {
  const url = await start(null, failing);
  await fetch(`${url}/v1/projects/${KEY}/settings`);
  await fetch(`${url}/beacon/v1/batch?writeKey=${KEY}`, { method: 'POST', body: '{}' });
  expect(lines.filter((line) => line.includes('"msg":"request"'))).toHaveLength(2);
  expect(lines.join('\n')).not.toContain(KEY);
});

it('behind a proxy that is believed, pages are told its address', async () => {
  const url = await start(null, failing);
  const headers = { 'x-forwarded-host': 'events.shop.example', 'x-forwarded-proto': 'https' };
  const reply = await fetch(`${url}/v1/projects/${KEY}/settings`, { headers });
  expect(await reply.json()).toMatchObject({
    integrations: { 'Segment.io': { apiHost: 'events.shop.example/v1', protocol: 'https' } },
  });
});
