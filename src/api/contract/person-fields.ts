import { z } from 'zod';
import { id, instant } from './fields.ts';

export const heldRole = z.enum(['viewer', 'developer', 'release-manager', 'admin']);
export const personName = z
  .string()
  .regex(/^[a-z0-9._-]{1,40}$/, 'must be a name: [a-z0-9._-], at most 40')
  .meta({ examples: ['ann'] });
export const teamName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
    'must begin with a letter or digit, then letters, digits and _.-, at most 63 in all',
  );
export const email = z
  .string()
  .max(254)
  .regex(/^[^\s<>@]+@[^\s<>@]+$/, 'must be an e-mail address')
  .meta({ description: 'As it stands in commits; small and capital letters are the same' });
// oxlint-disable-next-line no-control-regex
const chatName = z.string().regex(/^[^\u0000-\u001f\u007f]{1,200}$/, 'must be one line of text');
export const network = chatName.meta({ description: "A chat network's name" });
export const account = chatName.meta({
  description: 'The account, as the network knows it. Absent: all of theirs on that network',
});

export const person = z
  .object({
    id,
    name: personName,
    role: heldRole,
    teams: z.array(teamName),
    emails: z.array(z.string()),
    accounts: z
      .array(z.object({ network: z.string(), account: z.string() }))
      .meta({ description: 'Chat accounts proved to be theirs' }),
    addedAt: instant,
    removedAt: instant.nullable(),
  })
  .meta({ id: 'Person' });

export const accountCode = z
  .object({
    code: z.string().meta({ description: 'Shown this once; it counts once' }),
    say: z.string().meta({ description: 'What to say in chat' }),
    expiresAt: instant,
  })
  .meta({ id: 'AccountCode' });
