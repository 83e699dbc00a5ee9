import { z } from 'zod';
import { fields } from './fields.ts';

const size = z
  .strictObject({
    memory: fields.byteSize
      .nullish()
      .transform((value) => value ?? null)
      .meta({ description: 'Memory of one instance.', examples: ['256 MiB'] }),
    cpus: z
      .number()
      .min(0.01)
      .max(256)
      .nullish()
      .transform((value) => value ?? null)
      .meta({ description: 'Cores of one instance; 0.5 is half a core.', examples: [0.5] }),
  })
  .transform(({ memory, cpus }) => ({ memoryBytes: memory, cpus }))
  .meta({ description: 'Limits of one instance. What is absent is unlimited.' });

/** Sizes that need no definition; a file may define them otherwise. */
export const builtInSizes: Readonly<Record<string, z.output<typeof size>>> = {
  small: { memoryBytes: 256 * 2 ** 20, cpus: 0.5 },
  medium: { memoryBytes: 512 * 2 ** 20, cpus: 1 },
  large: { memoryBytes: 1024 * 2 ** 20, cpus: 2 },
};

/** Limits per instance, by name. */
export const sizes = fields
  .named(size, 30)
  .refine((all) => !Object.hasOwn(all, 'none'), { error: 'none is reserved: it means no limits' })
  .transform((written) => ({ ...builtInSizes, ...written }))
  .meta({
    description:
      'Limits per instance. Built in: small (256 MiB, 0.5 cores), medium (512 MiB, 1 core), large (1 GiB, 2 cores), none.',
    examples: [{ small: { memory: '256 MiB', cpus: 0.5 } }],
  });
