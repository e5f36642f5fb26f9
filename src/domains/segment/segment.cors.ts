import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Forbidden } from '../../platform/auth/auth.errors';
import type { Source } from '../sources';

/** What the browser SDK sends beside what any page may; the last where it is told to compress. */
const ALLOWED_HEADERS = ['authorization', 'content-type', 'x-retry-count', 'content-encoding'];

/** How long a browser need not ask again: two hours, beyond which Chrome does not go. */
const PREFLIGHT_SECONDS = 7_200;

const ANY_ORIGIN = '*';

/**
 * Lets pages send here. What browsers ask beforehand carries no key, so that every origin is
 * answered then; which origins a source has is held against the request itself. Replies that say
 * why nothing was taken can be read by the page too: its SDK decides by them whether to retry.
 */
export async function allowPages(scope: FastifyInstance): Promise<void> {
  await scope.register(cors, {
    origin: true,
    // No cookie is read here. But beacons are always sent with credentials.
    credentials: true,
    methods: ['GET', 'POST'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: ['retry-after'],
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  });
  scope.addHook('onRequest', (_request, reply, done) => {
    // What is said of all other routes would keep a page from reading the reply to a beacon.
    void reply.header('cross-origin-resource-policy', 'cross-origin');
    done();
  });
}

/**
 * @throws Forbidden where a page sent the request whose origin is none of the source's. Whoever is
 *   no browser names no origin; one that names none of its own, `null`, is only covered by `*`.
 */
export function requireOrigin(request: FastifyRequest, reply: FastifyReply, source: Source): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  if (source.origins.includes(ANY_ORIGIN) || source.origins.includes(origin)) return;
  reply.removeHeader('access-control-allow-origin');
  reply.removeHeader('access-control-allow-credentials');
  throw new Forbidden('The source takes nothing from pages of this origin.');
}
