import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, id, instant, sentence } from './fields.ts';

const arm = z.object({
  requests: z.int(),
  bad: z.int(),
  slower: z.array(z.int()).meta({ description: 'Requests slower than each cut point' }),
});

const tick = z.object({
  tick: z.int().meta({ description: 'The last of the judged seconds it sums up' }),
  at: instant.meta({ description: 'When the first of them began' }),
  seconds: z.int().meta({ description: 'How many it sums up' }),
  step: z.int(),
  candidate: arm,
  stable: arm,
  action: z.string().meta({ description: 'What the judge would have done by then' }),
  e: z
    .record(z.string(), z.number())
    .meta({ description: 'Metric → common logarithm of its e-value by then' }),
});
export type EvidenceTick = z.output<typeof tick>;

const evidence = z
  .object({
    rollout: id,
    margin: z
      .number()
      .meta({ description: 'Odds of a bad request up to this many times stable’s' }),
    thresholds: z
      .object({ hold: z.number(), rollBack: z.number() })
      .meta({ description: 'Common logarithms of the e-values at which it is held, and undone' }),
    cutPointsMs: z.array(z.number()).meta({ description: 'Stable’s own p50, p75, p90, p95, p99' }),
    words: sentence.nullable().meta({ description: 'The verdict so far, and why' }),
    metrics: z.array(
      z.object({
        metric: z.string(),
        e: z.number().meta({ description: 'Common logarithm of the e-value' }),
        ratio: z.number().nullable().meta({ description: 'Observed: candidate over stable' }),
      }),
    ),
    sampleRatio: z.object({ ok: z.boolean(), p: z.number() }).nullable(),
    ticks: z
      .array(tick)
      .meta({ description: 'Oldest first; seconds without a judgement left out' }),
  })
  .meta({ id: 'RolloutEvidence' });
export type RolloutEvidence = z.output<typeof evidence>;

export const getEvidence = endpoint({
  method: 'GET',
  path: '/api/v1/rollouts/:rollout/evidence',
  role: 'viewer',
  summary: 'Show what the judge of a rollout counted, second by second, and what it concludes',
  params: { rollout: id },
  query: {
    after: count.optional().meta({ description: 'Ticks after this one' }),
    points: count.optional().meta({ description: 'At most so many, 10 to 3600; absent: 600' }),
  },
  reply: evidence,
});
