import type { Metrics } from '../telemetry/metrics';
import type { Routes } from './routes';

/** What Prometheus scrapes. Open to everyone, since it holds counts and no customer. */
export function metricsRoutes(metrics: Metrics): Routes {
  return async (app) => {
    app.get('/metrics', async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    );
  };
}
