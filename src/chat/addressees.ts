import type { Queryable } from '../db/pool.ts';
import { people, type Person } from '../people/person.ts';
import { chatCommands } from './tables.ts';

/** Somebody a message is for, as they are known on one network. */
export interface Addressee {
  /** As people read it in the room. */
  called: string;
  /** null: they have no account there that we know. */
  account: string | null;
}

/** Those who are meant by a name or by an address in a commit, each once. */
export async function addressees(
  db: Queryable,
  network: string,
  named: readonly string[],
): Promise<Addressee[]> {
  const found = new Map<string, Addressee>();
  for (const name of named) {
    const person = await personOf(db, name);
    found.set(person?.name ?? name, person ? await onNetwork(db, network, person) : stranger(name));
  }
  return [...found.values()];
}

async function personOf(db: Queryable, name: string): Promise<Person | null> {
  if (!name.includes('@')) return people.byName(db, name);
  return (await people.byEmails(db, [name.toLowerCase()]))[0] ?? null;
}

/** Nothing but the part before the @ : the room need not read everybody's address. */
const stranger = (name: string): Addressee => ({ called: name.replace(/@.*$/, ''), account: null });

/** A nick is used to be read alone; nothing is decided by it. */
async function onNetwork(
  db: Queryable,
  network: string,
  { name, accounts }: Person,
): Promise<Addressee> {
  const account = accounts.find((one) => one.network === network)?.account ?? null;
  const nick = account === null ? null : await chatCommands.nickOf(db, network, account);
  return { called: nick ?? name, account };
}
