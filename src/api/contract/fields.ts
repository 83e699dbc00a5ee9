import { z } from 'zod';

/** A point in time: ISO 8601 on the wire, Date in the program. */
export const instant = z
  .codec(z.iso.datetime({ offset: true }), z.date(), {
    decode: (text: string) => new Date(text),
    encode: (date: Date) => date.toISOString(),
  })
  .meta({ description: 'ISO 8601, with its offset' });

/** A whole number in a query string. */
export const count = z
  .codec(z.string().regex(/^\d{1,9}$/, 'must be a whole number'), z.int(), {
    decode: (text: string) => Number(text),
    encode: (number: number) => String(number),
  })
  .meta({ description: 'A whole number' });

/** Yes or no in a query string. */
export const yes = z
  .codec(z.enum(['true', 'false']), z.boolean(), {
    decode: (text: 'true' | 'false') => text === 'true',
    encode: (value: boolean): 'true' | 'false' => (value ? 'true' : 'false'),
  })
  .meta({ description: 'true or false' });

/** What a shell or a branch name may hold, without the characters no name needs. */
// oxlint-disable-next-line no-control-regex
const printable = /^[^\u0000-\u001f\u007f]+$/;

export const id = z.string().regex(/^[a-z0-9-]{1,80}$/, 'must be an id: [a-z0-9-], at most 80');
export const appName = z
  .string()
  .regex(
    /^(?!.*--)[a-z][a-z0-9-]{0,29}(?<!-)$/,
    'must begin with a letter, then [a-z0-9-], at most 30 in all, no "--" and no "-" at the end',
  )
  .meta({ examples: ['shop'] });
export const partName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,29}$/, 'must begin with a letter, then [a-z0-9-], at most 30 in all');
export const branchName = z.string().max(250).regex(printable, 'must be one line of text');
export const environment = z
  .string()
  .max(300)
  .regex(printable, 'must be one line of text')
  .meta({
    description: "An environment's id, or its address APP/NAME (URL-encoded in a path)",
    examples: ['shop/staging', 'shop/preview/new-cool-page'],
  });
export const commit = z
  .string()
  .regex(/^[0-9a-f]{4,64}$/, 'must be a commit: 4 to 64 hex digits')
  .meta({ examples: ['4f2c1d9'] });
export const variableName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a variable name: letters, digits and _');
export const reason = z.string().max(500);
export const sentence = z.string().meta({ description: 'A plain sentence' });

/** The end of a piece of work somebody follows. */
export const ending = z.object({
  state: z.string(),
  succeeded: z.boolean(),
  url: z.string().nullable(),
  reason: z.string().nullable(),
  fix: z.array(z.string()),
});

/** One sentence of a piece of work; the last item has its ending. */
export const progress = z
  .object({
    id: z.int().nullable().meta({ description: 'Following goes on after Last-Event-ID' }),
    at: instant,
    kind: z.string(),
    text: sentence,
    ending: ending.nullable(),
  })
  .meta({ id: 'Progress' });
export type Progress = z.output<typeof progress>;

/** Sentence by sentence, and how it ended, for a terminal. */
export function progressLine({ text, ending }: Progress): string {
  if (!ending) return text;
  return [text, ending.reason, ...ending.fix.map((step) => `→ ${step}`), ending.url]
    .filter(Boolean)
    .join('\n');
}

/** What was changed, in words. */
export const done = z.object({ text: sentence }).meta({ id: 'Done' });
