import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { constants as zlib } from 'node:zlib';
import compress from '@fastify/compress';
import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit';
import { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { Fault } from '../../shared/errors';
import type { Logger } from '../telemetry/logger';
import type { Metrics } from '../telemetry/metrics';
import { errorBody, errorReply } from './error-reply';
import { healthRoutes } from './health.routes';
import { metricsRoutes } from './metrics.routes';
import { RequestLog, routeOf } from './request-log';
import type { Routes } from './routes';
import { securityHeaders } from './security-headers';

export interface HttpSettings {
  readonly host: string;
  /** 0 lets the system choose; null takes 4000, or the next free one after it. */
  readonly port: number | null;
  /** The largest body taken, in bytes, compressed or not. */
  readonly bodyLimitBytes: number;
  /** Requests allowed per client address and window; null for no limit. */
  readonly rateLimit: { readonly requestsMax: number; readonly windowMs: number } | null;
  /** Whether `x-forwarded-*` headers are believed; true only behind a proxy that sets them. */
  readonly trustProxy: boolean;
  /** How long the server goes on serving, but reports not ready, before it stops listening. */
  readonly drainMs: number;
}

export interface HttpParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Resolves when the database answers `select 1`, rejects otherwise. */
  readonly checkDatabase: () => Promise<unknown>;
  readonly routes: readonly Routes[];
}

export interface HttpServer {
  /**
   * @returns the address it can be reached at, e.g. `http://127.0.0.1:4000`
   * @throws CannotListen where the port or the address is not to be had
   */
  listen(): Promise<string>;
  /** Turns not ready, takes no new connections, lets requests in flight finish. */
  stop(): Promise<void>;
}

/** The port or the address is not to be had; the message says what to set. */
export class CannotListen extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotListen';
  }
}

const PORT_DEFAULT = 4000;
const PORTS_TRIED_MAX = 10;

/** A client has this long to send a request; slower ones hold a connection for nothing. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Ids from outside go into the logs and back into a header: nothing odd may be in them. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The HTTP door: what holds for every route. Not yet listening. */
export async function createHttpServer(
  settings: HttpSettings,
  parts: HttpParts,
): Promise<HttpServer> {
  const state = { stopping: false };
  const app = createApp(settings, parts.logger);
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    // Brotli's default quality (11) is meant for files compressed once.
    brotliOptions: { params: { [zlib.BROTLI_PARAM_QUALITY]: 4 } },
  });
  await app.register(rateLimit, byAddress(settings.rateLimit));
  const forBrowsers = securityHeaders();
  // With a callback each: a promise for every hook and request adds up.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.isFrequent !== true) void reply.headers(forBrowsers);
    void reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A connection kept open would keep the stopping server waiting for its next request.
    if (state.stopping) void reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    parts.metrics.httpRequest(
      request.method,
      routeOf(request),
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
    done();
  });
  readJsonStrictly(app);
  app.setErrorHandler(errorReply(settings.bodyLimitBytes));
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(errorBody('NOT_FOUND', 'There is nothing at this address.')),
  );
  const isStopping = (): boolean => state.stopping;
  await healthRoutes({ isStopping, checkDatabase: parts.checkDatabase })(app);
  await metricsRoutes(parts.metrics)(app);
  for (const routes of parts.routes) await routes(app);

  return {
    listen: async () => {
      await listenOn(app, settings.host, settings.port);
      return urlOf(app);
    },
    stop: async () => {
      state.stopping = true;
      await wait(settings.drainMs);
      await app.close();
    },
  };
}

function createApp(settings: HttpSettings, logger: Logger): FastifyInstance {
  return fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new RequestLog(),
    genReqId: requestIdOf,
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: settings.trustProxy,
    forceCloseConnections: 'idle',
    // Requests that were already on their way are served; only new connections are refused.
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      void reply.code(400).send(errorBody('BAD_REQUEST', 'The address is not well-formed.'));
    },
  });
}

/** Registered without a limit as well: routes count by other things than the address with it. */
function byAddress(limit: HttpSettings['rateLimit']): RateLimitPluginOptions {
  if (limit === null) return { global: false };
  return {
    max: limit.requestsMax,
    timeWindow: limit.windowMs,
    allowList: (request) => request.url.startsWith('/health/'),
    errorResponseBuilder: (_request, { max, ttl }) => {
      const message = `More than ${max} requests in ${limit.windowMs / 1_000} s from this address.`;
      return new Fault('RATE_LIMITED', message, {
        limit: max,
        windowSeconds: limit.windowMs / 1_000,
        per: 'ADDRESS',
        retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1_000)),
      });
    },
  };
}

/**
 * Bytes that are no UTF-8 would be read as U+FFFD each: two names or ids that differ in them only
 * would become one.
 */
function readJsonStrictly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (isUtf8(body)) parse(request, body.toString('utf8'), done);
      else done(new Fault('BAD_REQUEST', 'The body is not text in UTF-8.'));
    },
  );
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Nobody asked for the default port, so a second server beside the first may take another. */
async function listenOn(app: FastifyInstance, host: string, asked: number | null): Promise<void> {
  const last = asked ?? PORT_DEFAULT + PORTS_TRIED_MAX - 1;
  for (let port = asked ?? PORT_DEFAULT; ; port += 1) {
    try {
      await app.listen({ host, port });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' || port === last) throw explainListen(error, host, port);
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function explainListen(error: unknown, host: string, port: number): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new CannotListen(`Port ${port} of ${host} is in use. Set PORT to another one.`);
    case 'EACCES':
      return new CannotListen(`Port ${port} is not for this user. Set PORT to one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CannotListen(`${host} is no address of this machine. Set HOST to one that is.`);
    default:
      return error;
  }
}

function urlOf(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  // An address that stands for "every interface" is no address to call.
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
  return `http://${family === 'IPv6' && host !== 'localhost' ? `[${host}]` : host}:${port}`;
}
