import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { done, id, instant } from './fields.ts';
import { heldRole as role, person, personName } from './person-fields.ts';

const name = z.string().min(1).max(100);
const token = z
  .object({
    id,
    name,
    role: role.meta({ description: 'What it opens now: no more than its person may do' }),
    person: personName.optional().meta({ description: "Whose it is; absent: nobody's" }),
    createdAt: instant,
    lastUsedAt: instant.nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Token' });

export const listTokens = endpoint({
  method: 'GET',
  path: '/api/v1/tokens',
  role: 'admin',
  summary: 'List tokens, without what opens them',
  reply: z.object({ tokens: z.array(token) }),
});

export const createToken = endpoint({
  method: 'POST',
  path: '/api/v1/tokens',
  role: 'admin',
  summary: 'Make a token; it is shown this once',
  body: { name, role, person: personName.optional() },
  record: ['name', 'role', 'person'],
  reply: token.extend({ token: z.string() }).meta({ id: 'NewToken' }),
});

export const revokeToken = endpoint({
  method: 'DELETE',
  path: '/api/v1/tokens/:token',
  role: 'admin',
  summary: 'Revoke a token at once',
  params: { token: id },
  reply: done,
});

export const whoAmI = endpoint({
  method: 'GET',
  path: '/api/v1/me',
  role: 'viewer',
  summary: 'Say whose token this is',
  reply: z.object({
    id,
    name: name.meta({ description: "The token's" }),
    role: role.meta({ description: 'What the token opens' }),
    person: person.optional().meta({ description: "Absent: the token is nobody's" }),
  }),
});
