import { inTransaction, type Queryable } from '../db/pool.ts';
import type { HeldRole } from '../kernel/role.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { findPerson } from './find-person.ts';
import { normalEmail, people, type PeopleWorld, type Person } from './person.ts';
import { personEmails } from './tables.ts';

export interface NewPerson {
  name: string;
  role: HeldRole;
  emails: readonly string[];
  teams: readonly string[];
  /** Who says so. */
  by: string;
}

/**
 * Somebody is known from now on, with all these addresses or not at all. Refuses with `person/exists` (so twice is
 * refused) and `person/email-taken`.
 */
export async function addPerson(
  { db, clock }: PeopleWorld,
  { name, role, emails, teams, by }: NewPerson,
): Promise<Person> {
  const at = clock.now();
  return inTransaction(db, async (tx) => {
    if (!(await people.add(tx, { name, role, teams, at }))) throw exists(name);
    const { id } = await findPerson(tx, name);
    for (const email of emails) await takeEmail(tx, { id, name }, { email, by, at });
    return findPerson(tx, name);
  });
}

/** The address is theirs when it resolves. Repeatable. Refuses with `person/email-taken`. */
export async function takeEmail(
  tx: Queryable,
  person: Pick<Person, 'id' | 'name'>,
  of: { email: string; by: string; at: Date },
): Promise<void> {
  const email = normalEmail(of.email);
  if (await personEmails.add(tx, person.id, { ...of, email })) return;
  const owner = await personEmails.owner(tx, email);
  if (owner?.id !== person.id) throw emailTaken(email, owner?.name ?? 'somebody else');
}

const exists = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'person/exists',
    what: `There is somebody called ${name} already.`,
    fix: [
      `signalbox person show ${name}`,
      `signalbox person set ${name} --role developer`,
      `signalbox person email add ${name} ADDRESS`,
    ],
  });

const emailTaken = (email: string, owner: string): SignalboxError =>
  new SignalboxError({
    code: 'person/email-taken',
    what: `${email} is an address of ${owner}.`,
    why: 'An address belongs to one person, or nobody could tell whose commit it is.',
    fix: [`signalbox person email remove ${owner} ${email}`],
  });
