import { inTransaction } from '../db/pool.ts';
import { unknownPerson } from './find-person.ts';
import { people, type PeopleWorld } from './person.ts';

/**
 * Their tokens open nothing any more, their chat accounts and addresses are nobody's. What they said and decided stays.
 * Repeatable. Refuses with `person/unknown` where nobody was ever called so.
 */
export async function removePerson({ db, clock }: PeopleWorld, name: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const found = await people.lock(tx, name);
    if (found) return people.remove(tx, found.id, clock.now());
    const all = await people.all(tx);
    if (!all.some((one) => one.name === name)) throw unknownPerson(name);
  });
}
