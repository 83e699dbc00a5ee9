import { z } from 'zod';
import { app } from './app.ts';
import { fields } from './fields.ts';

const used = z
  .strictObject({
    variable: fields.variableName.meta({
      description: "The variable that gets the other app's address.",
      examples: ['BILLING_URL'],
    }),
  })
  .meta({ description: 'One other app, by its name.' });

/** Other apps this one talks to. */
export const uses = z
  .record(app, used)
  .refine((all) => Object.keys(all).length <= 50, { error: 'at most 50 are allowed' })
  .meta({ description: 'Other apps: by default the address of their shared staging.' });
