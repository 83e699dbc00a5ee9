import { z } from 'zod';
import { fields } from './fields.ts';

const service = z
  .strictObject({
    run: fields.command.meta({
      description: 'Starts the service and stays in the foreground. It gets PORT.',
      examples: ['node server.js'],
    }),
    health: z
      .string()
      .max(500)
      .regex(/^\/[!-~]*$/, { error: 'write a path such as /healthz' })
      .optional()
      .meta({
        description:
          'A path that must answer 2xx before traffic comes. Without it `web` must accept connections on PORT, and any other service must stay running.',
        examples: ['/healthz'],
      }),
    start: fields
      .duration({ least: '1s', most: '1h' })
      .meta({ description: 'How long it may take to become healthy.', examples: ['30s'] })
      .prefault('30s'),
    instances: z
      .int()
      .min(1)
      .max(100)
      .default(1)
      .meta({ description: 'How many run side by side.' }),
    smoke: fields.command.optional().meta({
      description: 'A job against a hidden instance (SIGNALBOX_URL) before it may take traffic.',
      examples: ['node smoke.js'],
    }),
    stop: fields
      .duration({ least: '0s', most: '1h' })
      .meta({ description: 'How long after SIGTERM it is killed.', examples: ['10s'] })
      .prefault('10s'),
  })
  .meta({ description: 'One long-running program.' });

/** How a started instance shows that it may be used. */
export type Health =
  /** GET answers 2xx. */
  | { kind: 'http'; path: string }
  /** A TCP connection to PORT is accepted. */
  | { kind: 'port' }
  /** It is still running. */
  | { kind: 'running' };

export interface Service {
  run: string;
  health: Health;
  /** It gets PORT and must accept connections there: `web`, and whatever has `health`. */
  listens: boolean;
  startMs: number;
  instances: number;
  smoke: string | null;
  stopMs: number;
}

/** The app's long-running programs; the one called web takes the traffic. */
export const services = fields
  .named(service, 30)
  .refine((all) => Object.keys(all).length > 0, {
    error: 'is empty; write for example web: { run: node server.js }',
  })
  .transform((all): Record<string, Service> =>
    Object.fromEntries(
      Object.entries(all).map(([name, written]) => [name, resolved(name, written)]),
    ),
  )
  .meta({ description: 'Long-running programs. The one called `web` takes the traffic.' });

function resolved(name: string, written: z.output<typeof service>): Service {
  const { run, health, start, instances, smoke, stop } = written;
  const unasked: Health = { kind: name === 'web' ? 'port' : 'running' };
  return {
    run,
    health: health === undefined ? unasked : { kind: 'http', path: health },
    listens: name === 'web' || health !== undefined,
    startMs: start,
    instances,
    smoke: smoke ?? null,
    stopMs: stop,
  };
}
