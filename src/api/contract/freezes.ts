import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, id, instant, reason, sentence } from './fields.ts';

const freeze = z
  .object({
    id,
    reason: sentence,
    by: z.string(),
    at: instant,
    until: instant,
    ends: sentence.meta({
      description: "Its end by the clocks of the train's time zone",
      examples: ['Thu 2026-12-24 18:00 Europe/Berlin'],
    }),
  })
  .meta({ id: 'Freeze' });
export type ShownFreeze = z.output<typeof freeze>;

const path = '/api/v1/apps/:app/freezes';
const params = { app: appName };

export const listFreezes = endpoint({
  method: 'GET',
  path,
  role: 'viewer',
  summary: 'List the freezes an app is in, the one that lasts longest first',
  params,
  reply: z.object({ freezes: z.array(freeze) }),
});

export const freezeApp = endpoint({
  method: 'POST',
  path,
  role: 'release-manager',
  summary: 'Let nothing of an app go to production until a certain time',
  params,
  body: {
    until: z
      .string()
      .min(1)
      .max(60)
      .meta({
        description:
          "An instant in ISO 8601, how long, or a time by the clocks of the train's time zone",
        examples: ['2026-12-24T18:00+01:00', '2h', '18:00', 'tomorrow 09:00'],
      }),
    reason: reason.min(1),
  },
  record: ['until', 'reason'],
  reply: freeze,
});

export const unfreezeApp = endpoint({
  method: 'DELETE',
  path,
  role: 'release-manager',
  summary: 'Lift all freezes of an app',
  params,
  reply: z.object({ lifted: z.array(freeze) }),
});
