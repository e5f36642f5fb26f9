import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../shared/errors';
import type { Routes } from '../http/routes';
import { forbidCaching, sparingly } from './answer-caching';
import { type AnswerType, AnswerTypes, isOtherCharset } from './media-types';
import type { OperationContext } from './operation-context';

/** One request, on its way to the operation it asks for. */
export interface GraphqlRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly answerType: AnswerType;
  /** What Apollo Server reads, after the context is made. */
  readonly http: HTTPGraphQLRequest;
}

/** Makes the context of a request, or throws why it may have none. */
export type MakeContext = (asked: GraphqlRequest) => Promise<OperationContext>;

/** A name or an address, and a port (RFC 9112, section 3.2). */
const HOST = /^(?:[\w.~%-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

/**
 * `GET` and `POST /graphql`, as GraphQL over HTTP has it. What the specification leaves to the
 * server is refused before anything is run: a type that nobody takes, a batch, another charset.
 */
export function graphqlRoutes(
  apollo: ApolloServer<OperationContext>,
  makeContext: MakeContext,
): Routes {
  const answerTypes = new AnswerTypes();
  return async (app) => {
    app.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      onRequest: (request, reply, done) => {
        forbidCaching(reply);
        done(faultOfHead(request));
      },
      handler: async (request, reply) => {
        const answerType = answerTypes.choose(request.headers.accept);
        if (answerType === null) throw notAcceptable();
        if (Array.isArray(request.body)) throw batched();
        const http = toHttpRequest(request);
        let context: OperationContext | undefined;
        try {
          const answer = await apollo.executeHTTPGraphQLRequest({
            httpGraphQLRequest: http,
            context: async () => {
              context = await makeContext({ request, reply, answerType, http });
              return context;
            },
          });
          for (const [name, value] of answer.headers) void reply.header(name, value);
          void reply.code(answer.status ?? 200);
          if (answer.body.kind !== 'complete') throw new Error('Nothing is answered in parts.');
          return reply.send(sparingly(request, reply, answer.body.string));
        } finally {
          context?.run.end();
        }
      },
    });
    app.route({
      method: ['PUT', 'PATCH', 'DELETE'],
      url: '/graphql',
      handler: async (_request, reply) => {
        void reply.header('allow', 'GET, POST');
        throw new Fault('METHOD_NOT_ALLOWED', 'Operations are sent by GET or POST.');
      },
    });
  };
}

/** What a request of these headers is not taken for. */
function faultOfHead({ headers }: FastifyRequest): Fault | undefined {
  if (!HOST.test(headers.host ?? '')) {
    return new Fault('BAD_REQUEST', 'The Host header is not well-formed.');
  }
  if (isOtherCharset(headers['content-type'])) {
    return new Fault('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8.');
  }
  return undefined;
}

function toHttpRequest(request: FastifyRequest): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const question = request.url.indexOf('?');
  return {
    method: request.method,
    headers,
    search: question === -1 ? '' : request.url.slice(question),
    body: request.body,
  };
}

function notAcceptable(): Fault {
  return new Fault(
    'NOT_ACCEPTABLE',
    'Answers are application/graphql-response+json or application/json. Accept one of them.',
  );
}

function batched(): Fault {
  return new Fault(
    'BATCHING_NOT_SUPPORTED',
    'One request has one operation. Send each by itself, on one connection, or several root fields.',
  );
}
