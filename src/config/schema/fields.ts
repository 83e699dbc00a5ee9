import { z } from 'zod';
import { parseByteSize } from '../../kernel/byte-size.ts';
import { formatDuration, parseDuration, parseEvery } from '../../kernel/duration.ts';
import { parsePercentage } from '../../kernel/percentage.ts';
import { wrongBranch, wrongPath } from './path-rules.ts';

const nameRule =
  'a name is 1 to 30 lower-case letters, digits and hyphens, and begins with a letter: web, nightly-report';
const variableRule = 'a variable name is letters, digits and underscores: DATABASE_URL';
const ours = /^(PORT|SIGNALBOX(_.*)?)$/i;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,29}$/, { error: nameRule });

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, { error: variableRule })
  .refine((text) => !ours.test(text), { error: 'PORT and SIGNALBOX_* are set by Signalbox' });

const command = z
  .string()
  .max(8_192)
  .regex(/^[^\0]*\S[^\0]*$/, { error: 'a command must not be empty' })
  .meta({ description: 'A command line for /bin/sh -c.' });

const path = z
  .string()
  .transform((text, context) => {
    const wrong = wrongPath(text);
    if (wrong) context.addIssue({ code: 'custom', message: wrong });
    return text.replace(/^(\.\/+)+(?=.)/, '').replace(/(?<=.)\/+$/, '');
  })
  .meta({ description: "A path inside the app's repository." });

const branchPattern = z.string().min(1).max(250).meta({
  description: '`*` stands for anything but `/`, `**` for anything, `?` for one character.',
});

const branch = z.string().transform((text, context) => {
  const wrong = wrongBranch(text);
  if (wrong) context.addIssue({ code: 'custom', message: wrong });
  return text;
});

const timezone = z
  .string()
  .max(64)
  .refine(isTimezone, { error: 'no such time zone; write one like Europe/Berlin or UTC' })
  .meta({ description: 'An IANA time zone.', examples: ['Europe/Berlin'] });

/** Milliseconds of a duration between two others. */
function duration({ least, most }: { least: string; most: string }) {
  const [leastMs, mostMs] = [parseDuration(least) ?? 0, parseDuration(most) ?? Infinity];
  return z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null && ms >= leastMs && ms <= mostMs) return ms;
    const message =
      ms === null
        ? `not a duration; write a number and its unit, for example ${formatDuration(leastMs || 30_000)}`
        : `must be between ${least} and ${most}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const every = z
  .string()
  .transform((text, context) => {
    const ms = parseEvery(text);
    if (ms !== null && ms >= 60_000) return ms;
    const message = 'write hour, day, week or a duration of at least 1m, for example 6h';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ description: '`hour`, `day`, `week` or a duration.', examples: ['day', '6h'] });

const byteSize = z.string().transform((text, context) => {
  const bytes = parseByteSize(text);
  if (bytes !== null && bytes >= 2 ** 23 && bytes <= 2 ** 42) return bytes;
  const message = 'write a size between 8 MiB and 4 TiB with its unit, for example 256 MiB';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const percentage = z.string().transform((text, context) => {
  const percent = parsePercentage(text);
  if (percent !== null && percent > 0) return percent;
  context.addIssue({ code: 'custom', message: 'write a share of the traffic, for example 5 %' });
  return z.NEVER;
});

/** Named things, at most `most` of them. */
function named<T extends z.ZodType>(what: T, most: number) {
  return z.record(name, what).refine((all) => Object.keys(all).length <= most, {
    error: `at most ${most} are allowed`,
  });
}

/** A list without repetitions. */
function distinct<T extends z.ZodType>(what: T, most: number) {
  return z
    .array(what)
    .max(most)
    .refine((all) => new Set(all).size === all.length, { error: 'lists something twice' });
}

/** The building blocks of all sections, so that a duration or a name is the same thing everywhere. */
export const fields = {
  name,
  variableName,
  command,
  path,
  branch,
  branchPattern,
  timezone,
  duration,
  every,
  byteSize,
  percentage,
  named,
  distinct,
};

function isTimezone(text: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: text }));
  } catch {
    return false;
  }
}
