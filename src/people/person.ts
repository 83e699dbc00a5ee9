import type { Queryable } from '../db/pool.ts';
import type { Clock } from '../kernel/clock.ts';
import type { HeldRole } from '../kernel/role.ts';

/** Somebody Signalbox knows: by tokens, by the addresses in their commits, by proved chat accounts. */
export interface Person {
  id: string;
  /** A login, unique among those who are there: [a-z0-9._-]. */
  name: string;
  role: HeldRole;
  teams: string[];
  /** In lower case. An admin gave them: anybody can write any address into a commit. */
  emails: string[];
  /** Proved by saying a code there. */
  accounts: ChatAccount[];
  addedAt: Date;
  removedAt: Date | null;
}

export interface ChatAccount {
  network: string;
  /** As the network's services or workspace know it; never a nick or a display name. */
  account: string;
}

/** Whoever says something, by whichever way it came. */
export interface Speaker {
  /** The person's name; of a token without a person: the token's. */
  name: string;
  /** The name is a person's, and not one that somebody gave a token. */
  isPerson: boolean;
  role: HeldRole;
  teams: readonly string[];
  /** In lower case. A token that is called like an address counts as that author. */
  emails: readonly string[];
}

/** What people are kept with. */
export interface PeopleWorld {
  db: Queryable;
  clock: Clock;
}

/** As commits and admins write it, to compare. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

export { people } from './tables.ts';
