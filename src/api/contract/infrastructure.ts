import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { environment, sentence } from './fields.ts';

const result = z
  .object({
    name: z.string(),
    kind: z.enum([
      'port',
      'address',
      'certificate',
      'mount',
      'directory',
      'process',
      'url',
      'command',
    ]),
    passed: z.boolean(),
    expected: sentence,
    found: sentence,
    durationMs: z.number(),
  })
  .meta({ id: 'InfrastructureResult' });
export type InfrastructureResult = z.output<typeof result>;

export const checkInfrastructure = endpoint({
  method: 'POST',
  path: '/api/v1/environments/:environment/infrastructure/check',
  role: 'developer',
  summary: 'Run the infrastructure checks of what serves an environment',
  params: { environment },
  body: {
    file: z
      .string()
      .min(1)
      .max(500)
      .regex(/^(?!\/)[^\p{Cc}]+$/u, 'must be a path in the repository')
      .optional()
      .meta({ description: "In the app's repository; absent: what the environment's stage names" }),
  },
  record: ['file'],
  reply: z
    .object({
      environment: z.string(),
      file: z.string(),
      commit: z.string().meta({ description: 'The one that serves, whose file it is' }),
      passed: z.boolean().meta({ description: 'All of them' }),
      results: z.array(result),
    })
    .meta({ id: 'InfrastructureChecked' }),
});
