import { inTransaction } from '../db/pool.ts';
import { newCode, hashCode } from './account-code.ts';
import { accountCodes } from './account-tables.ts';
import { unknownPerson } from './find-person.ts';
import { people, type PeopleWorld } from './person.ts';

const validMs = 10 * 60_000;
const mostOpen = 5;

export interface AccountCode {
  /** Shown this once. */
  code: string;
  expiresAt: Date;
}

/**
 * A code that proves one chat account to be this person's: whoever says it there. Each call makes another; of those not
 * used yet, the five newest are valid. Refuses with `person/unknown`.
 */
export async function makeCode({ db, clock }: PeopleWorld, name: string): Promise<AccountCode> {
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + validMs);
  const code = newCode();
  await inTransaction(db, async (tx) => {
    const person = await people.lock(tx, name);
    if (!person) throw unknownPerson(name);
    await accountCodes.tidy(tx, person.id, { now, most: mostOpen - 1 });
    await accountCodes.add(tx, { hash: hashCode(code), person: person.id, at: now, expiresAt });
  });
  return { code, expiresAt };
}
