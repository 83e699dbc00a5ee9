import type { Queryable } from '../db/pool.ts';
import type { Speaker } from '../people/person.ts';
import { speakerOfToken } from '../people/speaker.ts';
import type { Actor } from './handlers.ts';

/** Whoever asks, as the domain knows them. Not for public endpoints. */
export function speakerOfActor(db: Queryable, { id, name, role }: Actor): Promise<Speaker> {
  if (role === 'public') throw new Error('nobody says something here');
  return speakerOfToken(db, { id, name, role });
}
