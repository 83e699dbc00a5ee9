import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { done } from './fields.ts';
import { heldRole } from './person-fields.ts';

const session = z
  .object({
    name: z.string().meta({ description: "The person's, or the token's own where it is nobody's" }),
    role: heldRole,
    token: z.string().nullable().meta({ description: "What a person's token is called" }),
    proof: z.string().nullable().meta({
      description: 'To be sent as X-Signalbox-Proof with changes; null: no cookie was used',
    }),
  })
  .meta({ id: 'Session' });
export type Session = z.output<typeof session>;

const path = '/api/v1/session';

export const openSession = endpoint({
  method: 'POST',
  path,
  role: 'public',
  summary: 'Sign in with a token: a cookie opens from now on what the token opens',
  body: { token: z.string().min(1).max(200) },
  reply: session,
});

export const getSession = endpoint({
  method: 'GET',
  path,
  role: 'public',
  summary: 'Say who is signed in, if anybody is',
  reply: z.object({ session: session.nullable() }),
});

export const closeSession = endpoint({
  method: 'DELETE',
  path,
  role: 'public',
  summary: 'Sign out: the cookie opens nothing any more',
  reply: done,
});
