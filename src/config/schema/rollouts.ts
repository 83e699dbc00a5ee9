import { z } from 'zod';
import { fields } from './fields.ts';

const usualSteps = ['5 %', '10 %', '25 %', '50 %', '100 %'];

const judge = z
  .strictObject({
    margin: z.number().min(1).max(100).default(1.25).meta({
      description: 'How many times worse than the old release still counts as no worse.',
    }),
    hold: z.number().min(0).max(1).default(0.1).meta({
      description: 'Below this probability of being no worse the rollout waits.',
    }),
    'roll-back': z.number().min(0).max(1).default(0.01).meta({
      description: 'Below this probability of being no worse the rollout is undone.',
    }),
  })
  .refine((written) => written['roll-back'] <= written.hold, {
    error: 'roll-back must not be larger than hold',
    path: ['roll-back'],
  })
  .transform(({ 'roll-back': rollBack, ...rest }) => ({ ...rest, rollBack }))
  .meta({ description: 'The evidence a new release needs.' });

const rollout = z
  .strictObject({
    strategy: z.enum(['cycle', 'blue-green', 'canary']).meta({
      description: 'One instance after another, all at once, or a growing share of the traffic.',
    }),
    steps: z
      .array(fields.percentage)
      .min(1)
      .max(50)
      .refine(growsTo100, { error: 'steps must grow and end with 100 %' })
      .optional()
      .meta({
        description: `Shares of a canary's traffic; without it ${usualSteps.join(', ')}.`,
        examples: [usualSteps],
      }),
    bake: fields
      .duration({ least: '0s', most: '7d' })
      .prefault('2m')
      .meta({
        description: 'The least time per step.',
        examples: ['2m'],
      }),
    warm: fields
      .duration({ least: '0s', most: '30d' })
      .prefault('1h')
      .meta({
        description: 'How long the old release stays ready after 100 %.',
        examples: ['1h'],
      }),
    judge: judge.prefault({}),
  })
  .refine(({ strategy, steps }) => strategy === 'canary' || steps === undefined, {
    error: 'only a canary has steps',
    path: ['steps'],
  })
  .transform(({ bake, warm, steps, strategy, judge }) => ({
    strategy,
    steps: strategy === 'canary' ? (steps ?? [5, 10, 25, 50, 100]) : [100],
    bakeMs: bake,
    warmMs: warm,
    judge,
  }))
  .meta({ description: 'One way for a release to take over.' });

/** The ways a new release may take over, by name. */
export const rollouts = fields
  .named(rollout, 20)
  .meta({ description: 'How a new release takes over.' });

function growsTo100(steps: number[]): boolean {
  return steps.at(-1) === 100 && steps.every((step, at) => step > (steps[at - 1] ?? 0));
}
