import { z } from 'zod';
import { parseEvery } from '../../kernel/duration.ts';
import { fields } from './fields.ts';
import { schedule } from './schedule.ts';

const day = '(Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const time = '([01]\\d|2[0-3]):[0-5]\\d';
const windowRule = new RegExp(`^${day}(-${day})?(, ?${day}(-${day})?)* ${time}-(${time}|24:00)$`);
const emptyWindow = / (\d\d:\d\d)-\1$/;

const open = z
  .string()
  .max(100)
  .regex(windowRule, { error: 'write days and times, for example Mon-Fri 09:00-17:00' })
  .refine((text) => !emptyWindow.test(text), {
    error: 'ends when it begins; a whole day is 00:00-24:00',
  });

const windows = z
  .strictObject({
    open: z
      .union([open, z.array(open).min(1).max(20)])
      .transform((written) => [written].flat())
      .meta({
        description:
          'Days and times at which a train may leave; one that ends before it begins goes on into the next day.',
        examples: ['Mon-Fri 09:00-17:00'],
      }),
    timezone: fields.timezone.nullish().meta({
      description: "An IANA time zone; without it the train's, or UTC.",
      examples: ['Europe/Berlin'],
    }),
  })
  .meta({ description: 'When trains may leave for production.' });

const [leastMs, mostMs] = [60_000, 28 * 86_400_000];

const departs = z
  .string()
  .max(200)
  .transform((text, context) => {
    const everyMs = parseEvery(text);
    if (everyMs !== null && everyMs >= leastMs && everyMs <= mostMs)
      return { kind: 'every' as const, everyMs };
    if (schedule.safeParse(text).success) return { kind: 'schedule' as const, schedule: text };
    const message =
      everyMs !== null
        ? 'a rhythm is between 1m and 28d; write a cron expression for anything rarer'
        : 'write every hour, every 30m, or a cron expression with five fields';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const teamRule = '[A-Za-z0-9][A-Za-z0-9_.-]{0,62}';

const owners = z
  .string()
  .regex(new RegExp(`^${teamRule}$`), { error: 'write the name of a team, without team:' })
  .nullish()
  .transform((value) => value ?? null)
  .meta({
    description: 'A team whose members may answer for authors who cannot.',
    examples: ['shop-owners'],
  });

const patterns = fields.distinct(fields.branchPattern, 100);

const goodWithoutAsking = z
  .strictObject({
    authors: patterns.default(['*[bot]*']).meta({
      description: 'Patterns of names and e-mail addresses; brackets stand for themselves.',
      examples: ['*[bot]*'],
    }),
    paths: patterns.default(['docs/**', '*.md']).meta({
      description: 'Patterns of paths; a change that touches nothing else is good.',
      examples: ['docs/**'],
    }),
  })
  .meta({ description: 'Changes nobody is asked about.' });

/** When releases leave, and who agrees. */
export const train = z
  .strictObject({
    departs: departs
      .nullish()
      .transform((value) => value ?? null)
      .meta({
        description: 'A rhythm or a cron expression; without it every green commit leaves at once.',
        examples: ['every hour'],
      }),
    timezone: fields.timezone.nullish().meta({
      description: "The timetable's time zone; without it the windows', or UTC.",
      examples: ['Europe/Berlin'],
    }),
    windows: windows
      .nullish()
      .transform((value) => value ?? null)
      .meta({ description: 'When trains may leave for production.' }),
    next: z.enum(['wait', 'supersede']).default('wait').meta({
      description: 'What a train does whose departure comes while another one is under way.',
    }),
    approval: z
      .string()
      .regex(new RegExp(`^(none|authors|person|team:${teamRule})$`), {
        error: 'write none, authors, person or team:NAME',
      })
      .default('authors')
      .meta({ description: '`none`, `authors`, `person` or `team:NAME`: who must agree.' }),
    'answer-within': fields
      .duration({ least: '1m', most: '30d' })
      .prefault('45m')
      .meta({
        description: 'How long the train waits for answers.',
        examples: ['45m'],
      }),
    'without-answer': z.enum(['hold', 'leave-without', 'go']).default('hold').meta({
      description: 'What happens when an answer does not come.',
    }),
    owners,
    'keep-votes': z.enum(['unchanged', 'none']).default('unchanged').meta({
      description:
        "Whose votes still count when a train goes on with another commit: those of authors whose changes are the same, or nobody's.",
    }),
    'force-by': z.literal([1, 2]).default(1).meta({
      description: 'How many release managers it takes to let a train go without agreement.',
    }),
    'good-without-asking': goodWithoutAsking.prefault({}),
  })
  .transform(inOurWords)
  .nullish()
  .transform((value) => value ?? null)
  .meta({ description: 'When releases leave for production, and who agrees.' });

interface Written {
  timezone?: string | null | undefined;
  windows: { open: string[]; timezone?: string | null | undefined } | null;
  'answer-within': number;
  'without-answer': 'hold' | 'leave-without' | 'go';
  'keep-votes': 'unchanged' | 'none';
  'force-by': 1 | 2;
  'good-without-asking': { authors: string[]; paths: string[] };
}

function inOurWords<T extends Written>({
  timezone: written,
  windows,
  'answer-within': answerWithinMs,
  'without-answer': withoutAnswer,
  'keep-votes': keepVotes,
  'force-by': forceBy,
  'good-without-asking': goodWithoutAsking,
  ...rest
}: T) {
  const timezone = written ?? windows?.timezone ?? 'UTC';
  return {
    ...rest,
    timezone,
    windows: windows && { ...windows, timezone: windows.timezone ?? timezone },
    answerWithinMs,
    withoutAnswer,
    keepVotes,
    forceBy,
    goodWithoutAsking,
  };
}
