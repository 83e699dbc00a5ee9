import { inTransaction, type Queryable } from '../db/pool.ts';
import type { HeldRole } from '../kernel/role.ts';
import { takeEmail } from './add-person.ts';
import { findPerson, unknownPerson } from './find-person.ts';
import { normalEmail, people, type PeopleWorld, type Person } from './person.ts';
import { personEmails } from './tables.ts';

/** What they may do from now on, also with the tokens they have. Repeatable. Refuses with `person/unknown`. */
export function setRole({ db }: PeopleWorld, name: string, role: HeldRole): Promise<Person> {
  return change(db, name, (tx, { id }) => people.setRole(tx, id, role));
}

/** Commits with this address are theirs. Repeatable. Refuses with `person/unknown` and `person/email-taken`. */
export function addEmail(
  { db, clock }: PeopleWorld,
  name: string,
  { email, by }: { email: string; by: string },
): Promise<Person> {
  const at = clock.now();
  return change(db, name, (tx, { id }) => takeEmail(tx, { id, name }, { email, by, at }));
}

/** Commits with this address are not theirs any more. Repeatable. Refuses with `person/unknown`. */
export function removeEmail({ db }: PeopleWorld, name: string, email: string): Promise<Person> {
  return change(db, name, (tx, { id }) => personEmails.drop(tx, id, normalEmail(email)));
}

/** They are in the team. Repeatable. Refuses with `person/unknown`. */
export function joinTeam({ db }: PeopleWorld, name: string, team: string): Promise<Person> {
  return change(db, name, (tx, { id }) => people.join(tx, id, team));
}

/** They are not in the team. Repeatable. Refuses with `person/unknown`. */
export function leaveTeam({ db }: PeopleWorld, name: string, team: string): Promise<Person> {
  return change(db, name, (tx, { id }) => people.leave(tx, id, team));
}

function change(
  db: Queryable,
  name: string,
  act: (tx: Queryable, person: { id: string }) => Promise<unknown>,
): Promise<Person> {
  return inTransaction(db, async (tx) => {
    const found = await people.lock(tx, name);
    if (!found) throw unknownPerson(name);
    await act(tx, found);
    return findPerson(tx, name);
  });
}
