import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, done, instant, variableName } from './fields.ts';

const scope = z
  .string()
  .min(1)
  .max(300)
  .meta({
    description: "preview, staging, production, or one environment's name",
    examples: ['preview', 'preview/new-cool-page'],
  });
const at = '/api/v1/apps/:app/secrets/:scope/:name';

export const listSecrets = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app/secrets',
  role: 'viewer',
  summary: 'List the names of secrets; nothing ever answers with a value',
  params: { app: appName },
  reply: z.object({
    secrets: z.array(
      z
        .object({ scope, name: variableName, setBy: z.string(), setAt: instant })
        .meta({ id: 'Secret' }),
    ),
  }),
});

export const setSecret = endpoint({
  method: 'PUT',
  path: at,
  role: 'developer',
  summary: 'Set a secret; takes effect with the next deploy',
  params: { app: appName, scope, name: variableName },
  body: { value: z.string().min(1).max(65_536) },
  reply: done,
});

export const unsetSecret = endpoint({
  method: 'DELETE',
  path: at,
  role: 'developer',
  summary: 'Forget a secret',
  params: { app: appName, scope, name: variableName },
  reply: done,
});
