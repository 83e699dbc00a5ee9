import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, environment, instant, partName } from './fields.ts';

const milliseconds = z.number().meta({ description: 'In milliseconds, right to 1 %' });
const quantiles = z
  .object({
    p50Ms: milliseconds,
    p90Ms: milliseconds,
    p95Ms: milliseconds,
    p99Ms: milliseconds,
  })
  .meta({ id: 'Quantiles' });

const sum = z.object({
  requests: z.int(),
  perSecond: z.number(),
  answers: z
    .object({
      success: z.int(),
      redirect: z.int(),
      clientError: z.int(),
      serverError: z.int(),
    })
    .meta({ description: '2xx, 3xx, 4xx, 5xx' }),
  refused: z.int().meta({ description: 'Never reached an instance' }),
  aborted: z.int().meta({ description: 'The client left before the answer was whole' }),
  failed: z.int().meta({ description: 'The instance broke off, answered garbage or was too slow' }),
  retried: z.int(),
  bad: z.int().meta({ description: 'Answers of 5xx and failures' }),
  badShare: z.number().meta({ description: 'Of the requests, 0 to 1' }),
  badUsers: z.int().meta({ description: 'Users with a bad event, added up second by second' }),
  bytesIn: z.int(),
  bytesOut: z.int(),
  firstByte: quantiles.nullable().meta({ description: 'Until the first byte of the answer' }),
  total: quantiles.nullable().meta({ description: 'Until the last byte of the answer' }),
});

const version = sum
  .extend({
    service: z.union([partName, z.literal('')]),
    version: z.string().meta({ description: "The deploy's id; '': the gateway's own answers" }),
    commit: z.string().nullable(),
    instances: z.array(sum.extend({ instance: z.string() })),
    series: z
      .array(
        sum
          .pick({ requests: true, bad: true, badUsers: true, firstByte: true, total: true })
          .extend({ at: instant }),
      )
      .meta({ description: 'Oldest first; steps without traffic are left out' }),
  })
  .meta({ id: 'VersionTraffic' });
export type VersionTraffic = z.output<typeof version>;

export const getTraffic = endpoint({
  method: 'GET',
  path: '/api/v1/environments/:environment/traffic',
  role: 'viewer',
  summary:
    'Show what each version and instance of an environment did lately, as the gateway saw it',
  params: { environment },
  query: {
    minutes: count.optional().meta({ description: 'How far back, 1 to 10080; absent: 15' }),
  },
  reply: z
    .object({
      environment: z.string(),
      from: instant,
      to: instant,
      stepSeconds: z.int(),
      lostTicks: z.int().meta({ description: 'Seconds whose counts are gone; 0 is as it must be' }),
      versions: z.array(version),
    })
    .meta({ id: 'Traffic' }),
});
