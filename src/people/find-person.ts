import type { Queryable } from '../db/pool.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { people, type Person } from './person.ts';

/** The person of this name, or a refusal. Those who were removed are gone. */
export async function findPerson(db: Queryable, name: string): Promise<Person> {
  const person = await people.byName(db, name);
  if (person) return person;
  throw unknownPerson(name);
}

export const unknownPerson = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'person/unknown',
    what: `There is nobody called ${name}.`,
    fix: ['signalbox person list', `signalbox person add ${name} --role developer`],
  });
