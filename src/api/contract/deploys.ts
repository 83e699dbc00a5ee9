import { z } from 'zod';
import { endpoint, stream } from './endpoint.ts';
import { count, environment, id, instant, progress, progressLine, sentence } from './fields.ts';

const deploy = z
  .object({
    id,
    environment: id,
    number: z.int(),
    push: id.nullable(),
    build: z.string(),
    commit: z.string(),
    state: z.enum(['running', 'live', 'replaced', 'rolled-back', 'failed', 'superseded']),
    reason: sentence.nullable(),
    logTail: z.string().nullable(),
    startedAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Deploy' });
export type Deploy = z.output<typeof deploy>;

export const listDeploys = endpoint({
  method: 'GET',
  path: '/api/v1/environments/:environment/deploys',
  role: 'viewer',
  summary: 'List the deploys of an environment, newest first',
  params: { environment },
  query: { limit: count.optional() },
  reply: z.object({ deploys: z.array(deploy) }),
});

export const getDeploy = endpoint({
  method: 'GET',
  path: '/api/v1/deploys/:deploy',
  role: 'viewer',
  summary: 'Show one deploy',
  params: { deploy: id },
  reply: deploy,
});

export const followDeploy = stream({
  path: '/api/v1/deploys/:deploy/follow',
  role: 'viewer',
  summary: 'Follow a deploy until it has ended',
  params: { deploy: id },
  reply: progress,
  line: progressLine,
});
