import { z } from 'zod';
import { fields } from '../../config/schema/fields.ts';
import { parseByteSize } from '../../kernel/byte-size.ts';
import { parsePercentage } from '../../kernel/percentage.ts';
import { hasVariables } from './fill-in.ts';
import { textRules, type TextRule } from './text-rules.ts';

/** More than this is no quick look any more, and every one of them costs the controller time. */
export const mostChecks = 100;
const mostPerSection = 50;

/** A text that may hold ${NAME}. Without one it is judged when it is read, otherwise once it is filled in. */
const text = (rule: TextRule) =>
  z
    .string()
    .min(1)
    .max(2_000)
    .superRefine((written, context) => {
      const wrong = hasVariables(written) ? null : textRules[rule](written);
      if (wrong) context.addIssue({ code: 'custom', message: wrong });
    });

/** One thing may be written without a list around it. */
const listed = <T extends z.ZodType>(one: T, most: number) =>
  z.preprocess(
    (written) => (written === undefined || Array.isArray(written) ? written : [written]),
    z.array(one).max(most),
  );

const within = fields
  .duration({ least: '0s', most: '5m' })
  .meta({ description: 'How long a failing check is tried again.', examples: ['30s'] })
  .prefault('0s');

const timeout = fields
  .duration({ least: '100ms', most: '1m' })
  .meta({ description: 'The longest one try may take.', examples: ['5s'] })
  .prefault('5s');

const hostAndPort = text('hostAndPort').meta({
  description: '`host:port`, or an address from which both follow.',
  examples: ['db.example.com:5432'],
});

const trusted = z.boolean().default(true).meta({
  description:
    'Whether the certificate must come from a known authority and be for the name asked.',
});

const headers = z
  .record(
    z.string().regex(/^[A-Za-z0-9-]{1,100}$/, { error: 'not the name of an HTTP header' }),
    text('header'),
  )
  .refine((all) => Object.keys(all).length <= 20, { error: 'at most 20 are allowed' });

const free = z
  .string()
  .transform((written, context) => {
    const bytes = parseByteSize(written);
    if (bytes !== null) return { bytes };
    const percent = parsePercentage(written);
    if (percent !== null) return { percent };
    context.addIssue({
      code: 'custom',
      message: 'write a size or a percentage, for example 5 GiB or 10 %',
    });
    return z.NEVER;
  })
  .optional()
  .meta({ description: 'Space that must be left there.', examples: ['5 GiB'] });

const room = {
  path: text('path').meta({
    description: 'Absolute, or relative to the app’s files.',
    examples: ['/var/uploads'],
  }),
  free,
  writable: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether the app must be able to write there.' }),
  within,
  timeout,
};

const count = z.int().min(0).max(10_000);

const process = z
  .strictObject({
    command: text('line').meta({
      description: 'How its command line begins; the program with or without its directory.',
      examples: ['node worker.js'],
    }),
    'at-least': count.default(1).meta({ description: 'How many must run.' }),
    'at-most': count.optional().meta({ description: 'How many may run.' }),
    within,
    timeout,
  })
  .refine((one) => one['at-least'] <= (one['at-most'] ?? Infinity), {
    error: 'at-least must not be more than at-most',
  });

const ours =
  /^(host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|keep-alive|proxy-.*)$/i;

const url = z.strictObject({
  url: text('url').meta({
    description: 'Asked with GET.',
    examples: ['${SIGNALBOX_URL}/healthz'],
  }),
  status: listed(z.int().min(100).max(599), 20)
    .optional()
    .meta({ description: 'The status it must have: one or several. Any 2xx unless said.' }),
  contains: listed(text('text'), 20)
    .prefault([])
    .meta({ description: 'Texts that the first 64 KiB of its body must hold.' }),
  lacks: listed(text('text'), 20)
    .prefault([])
    .meta({ description: 'Texts that they must not hold.' }),
  headers: headers.prefault({}).meta({
    description: 'Headers the answer must have, each with a text in it.',
    examples: [{ 'content-type': 'text/html' }],
  }),
  send: headers
    .refine((all) => !Object.keys(all).some((name) => ours.test(name)), {
      error: 'holds a header that Signalbox sets itself',
    })
    .prefault({})
    .meta({ description: 'Headers to ask with.', examples: [{ accept: 'application/json' }] }),
  redirects: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .meta({ description: 'How many redirects are followed.' }),
  trusted,
  within,
  timeout,
});

const command = z.strictObject({
  run: fields.command,
  exit: z.int().min(0).max(255).default(0).meta({ description: 'The exit code it must have.' }),
  prints: listed(text('text'), 20)
    .prefault([])
    .meta({ description: 'Texts that must stand in the last 200 lines it prints.' }),
  timeout: fields
    .duration({ least: '1s', most: '5m' })
    .meta({ description: 'The longest one try may take.', examples: ['30s'] })
    .prefault('30s'),
  within,
});

/** What one check of each section may hold, and the key that a bare text stands for. */
export const kinds = {
  ports: {
    short: 'at',
    check: z.strictObject({
      at: hostAndPort,
      open: z.boolean().default(true).meta({ description: 'false: nothing may listen there.' }),
      within,
      timeout,
    }),
  },
  addresses: {
    short: 'name',
    check: z.strictObject({
      name: text('host').meta({ description: 'A host name.', examples: ['mail.example.com'] }),
      'resolves-to': listed(text('address'), 20)
        .prefault([])
        .meta({ description: 'IP addresses that must be among its own.' }),
      within,
      timeout,
    }),
  },
  certificates: {
    short: 'at',
    check: z.strictObject({
      at: hostAndPort,
      days: z
        .int()
        .min(0)
        .max(3_650)
        .default(14)
        .meta({ description: 'How long it and those above it must still be valid.' }),
      name: text('name')
        .optional()
        .meta({ description: 'The name to ask for, where it is not the host.' }),
      trusted,
      within,
      timeout,
    }),
  },
  mounts: { short: 'path', check: z.strictObject(room) },
  directories: { short: 'path', check: z.strictObject(room) },
  processes: { short: 'command', check: process },
  urls: { short: 'url', check: url },
  commands: { short: 'run', check: command },
} as const;

export type Section = keyof typeof kinds;

function section<T extends z.ZodType>({ short, check }: { short: string; check: T }) {
  return fields
    .named(
      z.preprocess(
        (written) => (typeof written === 'string' ? { [short]: written } : written),
        check,
      ),
      mostPerSection,
    )
    .prefault({});
}

/** The whole file: sections of named checks. */
export const infrastructureFile = z.strictObject({
  ports: section(kinds.ports),
  addresses: section(kinds.addresses),
  certificates: section(kinds.certificates),
  mounts: section(kinds.mounts),
  directories: section(kinds.directories),
  processes: section(kinds.processes),
  urls: section(kinds.urls),
  commands: section(kinds.commands),
});

/** A file that was read, with every default; variables are still as written. */
export type InfrastructureFile = z.output<typeof infrastructureFile>;
