import type { Queryable } from '../db/pool.ts';
import { lowerRole, type HeldRole } from '../kernel/role.ts';
import type { Person, Speaker } from './person.ts';
import { people } from './tables.ts';

/** Whoever holds this token. It opens no more than its person may do. */
export async function speakerOfToken(
  db: Queryable,
  token: { id: string; name: string; role: HeldRole },
): Promise<Speaker> {
  const person = await people.byToken(db, token.id);
  if (person) return { ...speakerOf(person), role: lowerRole(token.role, person.role) };
  return speakerByName(token.name, token.role);
}

/** Somebody of whom only a name is known. */
export const speakerByName = (name: string, role: HeldRole): Speaker => ({
  name,
  isPerson: false,
  role,
  teams: [],
  emails: name.includes('@') ? [name.toLowerCase()] : [],
});

export const speakerOf = ({ name, role, teams, emails }: Person): Speaker => ({
  name,
  isPerson: true,
  role,
  teams,
  emails,
});
