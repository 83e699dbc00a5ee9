import type { FastifyInstance } from 'fastify';
import { gatewayMetrics } from '../../environments/gateway-metrics.ts';
import type { Admit } from '../server.ts';
import { expositionText } from '../exposition-text.ts';
import type { ApiWorld } from './api-world.ts';

/** GET /metrics for Prometheus, beside the contract because it is no JSON. A viewer's token as bearer opens it. */
export function metricsRoutes(world: Pick<ApiWorld, 'db' | 'gateway'>) {
  return (app: FastifyInstance, admit: Admit): void => {
    app.get('/metrics', { onRequest: admit('viewer') }, async (_request, reply) => {
      const text = expositionText(await gatewayMetrics(world));
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    });
  };
}
