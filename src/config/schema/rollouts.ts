import { z } from 'zod';
import { fields } from './fields.ts';

const usualSteps = ['5 %', '10 %', '25 %', '50 %', '100 %'];

/** A level of 0 would be reached by no evidence, one of 1 by none at all. */
const level = z.number().min(1e-6).max(0.5);

const judge = z
  .strictObject({
    margin: z.number().min(1).max(100).default(1.25).meta({
      description: 'How many times worse than the old release still counts as no worse.',
    }),
    hold: level.default(0.1).meta({
      description: 'Below this probability of being no worse the rollout waits.',
    }),
    'roll-back': level.default(0.01).meta({
      description: 'Below this probability of being no worse the rollout is undone.',
    }),
    'warm-up': fields
      .duration({ least: '0s', most: '1h' })
      .prefault('30s')
      .meta({
        description:
          'So long after its first request an instance may be slow, because its caches are empty. Errors count at once.',
        examples: ['30s'],
      }),
    slack: fields
      .duration({ least: '0s', most: '10s' })
      .prefault('1ms')
      .meta({
        description: 'A difference in time that nobody minds.',
        examples: ['1ms'],
      }),
  })
  .refine((written) => written['roll-back'] <= written.hold, {
    error: 'roll-back must not be larger than hold',
    path: ['roll-back'],
  })
  .transform(({ margin, hold, slack, ...rest }) => ({
    margin,
    hold,
    rollBack: rest['roll-back'],
    warmUpMs: rest['warm-up'],
    slackMs: slack,
  }))
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
    capacity: fields.percentage.optional().meta({
      description:
        'How much of the usual number of instances always serves during a cycle; without it 75 %.',
      examples: ['75 %'],
    }),
    drain: fields
      .duration({ least: '0s', most: '1h' })
      .prefault('30s')
      .meta({
        description: 'How long open requests and sessions may go on where an instance leaves.',
        examples: ['30s'],
      }),
    judge: judge.prefault({}),
  })
  .refine(({ strategy, steps }) => strategy === 'canary' || steps === undefined, {
    error: 'only a canary has steps',
    path: ['steps'],
  })
  .refine(({ strategy, capacity }) => strategy === 'cycle' || capacity === undefined, {
    error: 'only a cycle has capacity; the others keep all instances until the end',
    path: ['capacity'],
  })
  .transform(({ bake, warm, steps, strategy, capacity, drain, judge }) => ({
    strategy,
    steps: strategy === 'canary' ? (steps ?? [5, 10, 25, 50, 100]) : [100],
    bakeMs: bake,
    warmMs: warm,
    capacityPercent: capacity ?? 75,
    drainMs: drain,
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
