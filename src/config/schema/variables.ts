import { z } from 'zod';
import { fields } from './fields.ts';

// Editors may offer numbers and booleans: the loader hands them over as the text that was written.
const value = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .refine((text) => text.length <= 32_768 && !text.includes('\0'), {
    error: 'a value has at most 32768 characters and no NUL',
  })
  .meta({
    description: 'Its value. Anyone who may read the repository may read it.',
    examples: ['info'],
  });

/** Variables with values that anyone may read. */
export const variables = z
  .record(fields.variableName, value)
  .refine((all) => Object.keys(all).length <= 300, { error: 'at most 300 are allowed' })
  .meta({
    description: 'Variables for every job and service, in every environment. Taken as written.',
    examples: [{ LOG_LEVEL: 'info' }],
  });
