import type { FastifyInstance } from 'fastify';

/** Adds routes to the server. */
export type Routes = (app: FastifyInstance) => Promise<void>;
