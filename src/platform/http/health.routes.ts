import type { Routes } from './routes';

export interface HealthParts {
  readonly isStopping: () => boolean;
  readonly checkDatabase: () => Promise<unknown>;
}

/** Past this long the database counts as away: whoever asks will not wait longer either. */
const CHECK_MS_MAX = 2_000;

/** Whether the process lives, and whether it should be sent requests. Open to everyone. */
export function healthRoutes(parts: HealthParts): Routes {
  return async (app) => {
    app.get('/health/live', async () => ({ status: 'ok' }));
    app.get('/health/ready', async (request, reply) => {
      if (parts.isStopping()) return reply.code(503).send({ status: 'stopping' });
      try {
        await within(CHECK_MS_MAX, parts.checkDatabase());
        return { status: 'ok' };
      } catch (error) {
        request.log.warn({ err: error }, 'not ready: the database does not answer');
        return reply.code(503).send({ status: 'database away' });
      }
    });
  };
}

function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
