import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../shared/errors';
import { faultOf, httpStatusOf, retryAfterSecondsOf } from './faults';

/** Every refusal of the HTTP door has the form of a GraphQL error, whatever the route. */
interface ErrorBody {
  readonly errors: readonly [
    { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> },
  ];
}

export function errorBody(
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): ErrorBody {
  return { errors: [{ message, extensions: { ...details, code } }] };
}

/** What a caller is told when something broke that they had no part in. */
export const INTERNAL_ERROR_MESSAGE = 'Something went wrong on our side.';

/** Past this much of an oversized body nobody is waiting politely for an answer. */
const DISCARDED_BYTES_MAX = 128 * 1024 * 1024;
const DISCARDED_MS_MAX = 10_000;

/**
 * Answers for everything a route threw or Fastify itself refused. Never shows a stack trace or
 * the message of an error that is not a fault.
 */
export function errorReply(bodyLimitBytes: number) {
  return async (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const fault = faultOf(error);
    if (fault !== null) {
      if (fault !== error) request.log.warn({ err: error }, 'database away or slow');
      return sendFault(fault, reply);
    }
    switch (error.code) {
      case 'FST_ERR_CTP_BODY_TOO_LARGE':
        // A socket closed over unread data is reset, and the answer with it: read to the end.
        await discardBody(request.raw);
        return reply.code(413).send(
          errorBody('BODY_TOO_LARGE', `The body is larger than ${bodyLimitBytes} bytes.`, {
            limitBytes: bodyLimitBytes,
          }),
        );
      case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
        return reply
          .code(415)
          .send(errorBody('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json (UTF-8).'));
    }
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      return reply.code(status).send(errorBody('BAD_REQUEST', badRequestMessage(error)));
    }
    request.log.error({ err: error }, 'request failed');
    return reply
      .code(500)
      .send(errorBody('INTERNAL_ERROR', INTERNAL_ERROR_MESSAGE, { requestId: request.id }));
  };
}

function sendFault(fault: Fault, reply: FastifyReply): FastifyReply {
  if (fault.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  const retryAfterSeconds = retryAfterSecondsOf(fault);
  if (retryAfterSeconds !== null) void reply.header('retry-after', retryAfterSeconds);
  return reply.code(httpStatusOf(fault)).send(errorBody(fault.code, fault.message, fault.details));
}

function badRequestMessage(error: FastifyError): string {
  const isJson = error instanceof SyntaxError || error.code === 'FST_ERR_CTP_INVALID_JSON_BODY';
  if (isJson) return 'The body is not valid JSON.';
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'The body is empty; JSON is expected.';
  return 'The request is not well-formed.';
}

/** Reads what is left of a body and forgets it, up to a size and a time. */
function discardBody(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(done, DISCARDED_MS_MAX);
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > DISCARDED_BYTES_MAX) done();
    };
    function done(): void {
      clearTimeout(timer);
      request.off('data', onData);
      request.off('end', done);
      request.off('close', done);
      resolve();
    }
    request.on('data', onData);
    request.on('end', done);
    request.on('close', done);
    request.resume();
  });
}
