import { z } from 'zod';

/** The app's name: part of host names and remotes. */
export const app = z
  .string()
  .regex(/^(?!.*--)[a-z][a-z0-9-]{0,29}$(?<!-)/, {
    error:
      'an app name is 1 to 30 lower-case letters, digits and single hyphens, begins with a letter and does not end with a hyphen: my-shop',
  })
  .meta({
    description: "The app's name, part of its host names and its git remote.",
    examples: ['shop'],
  });
