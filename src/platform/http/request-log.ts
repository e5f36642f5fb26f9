import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route with a key in its path: the pattern is logged instead. */
    readonly hidesPath?: boolean;
    /**
     * Of a route that is called thousands of times a second: what went well is counted in the
     * metrics, and logged at level `debug` only.
     */
    readonly isFrequent?: boolean;
  }
}

/**
 * One line per request, when it is done; none where many go well (`isFrequent`). Without headers
 * (but the user agent), query string and body: those hold customers' data and keys.
 */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }

  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = {
      method: request.method,
      path: request.routeOptions.config.hidesPath ? routeOf(request) : pathOf(request.url),
      route: routeOf(request),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      userAgent: request.headers['user-agent'],
    };
    if (error) request.log.warn({ ...line, err: error }, 'request cut off');
    else if (request.routeOptions.config.isFrequent && reply.statusCode < 400)
      request.log.debug(line, 'request');
    else request.log.info(line, 'request');
  }

  /** Our own error handler has logged what is worth logging. */
  override defaultErrorLog(): void {}

  override routeNotFound(): void {}

  override writeHeadError(error: Error, request: FastifyRequest): void {
    request.log.warn({ err: error }, 'the reply could not be started');
  }
}

/** The pattern of the route, or `unknown`: bounded, unlike the path. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
