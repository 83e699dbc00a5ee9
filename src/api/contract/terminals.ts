import { z } from 'zod';
import { terminal } from './endpoint.ts';
import { count, environment, partName, yes } from './fields.ts';

export const openTerminal = terminal({
  path: '/api/v1/environments/:environment/terminal',
  role: 'developer',
  summary: 'Run a command inside an environment (WebSocket)',
  params: { environment },
  query: {
    command: z
      .string()
      .min(1)
      .max(16_000)
      .optional()
      .meta({ description: 'A command line for /bin/sh; absent: a shell' }),
    service: partName.optional(),
    terminal: yes.optional().meta({ description: 'false: pipes, as in a script' }),
    columns: count.optional(),
    rows: count.optional(),
  },
});
