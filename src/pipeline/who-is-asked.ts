import type { Queryable } from '../db/pool.ts';
import { mayDo } from '../kernel/role.ts';
import { people, type Person, type Speaker } from '../people/person.ts';
import { isSamePerson, type CandidateStage } from './candidate.ts';
import { gateAnswers } from './tables.ts';

/** Those who must all agree, and authors nobody here is known to be. */
export type Asked = Pick<CandidateStage, 'askedOf' | 'unreachable'>;

/**
 * Authors are people by the addresses an admin gave them, or tokens of nobody that are called like the address. Is
 * nobody known who may answer, then anybody may.
 */
export async function authorsAsked(db: Queryable, authors: readonly string[]): Promise<Asked> {
  const known = (await people.all(db)).filter(mayAnswer);
  const tokens = await gateAnswers.people(db);
  const called = (author: string): string | null =>
    known.find((person) => isAuthor(person, author))?.name ??
    (tokens.some(({ name }) => isSamePerson(name, author)) ? author : null);
  const askedOf = authors.map(called).filter((name) => name !== null);
  return {
    askedOf: askedOf.length > 0 ? [...new Set(askedOf)] : null,
    unreachable: authors.filter((author) => called(author) === null),
  };
}

/** Under their own name too: a commit that is made for them here has no address. */
const isAuthor = ({ emails, name }: Person, author: string): boolean =>
  emails.includes(author.toLowerCase()) || name === author;

const mayAnswer = ({ role, removedAt }: Person): boolean =>
  removedAt === null && mayDo(role, 'developer');

/** Under which names a speaker agrees, as they were asked; null: they are not asked. */
export async function standingOf(
  db: Queryable,
  { approval, askedOf }: Pick<CandidateStage, 'approval' | 'askedOf'>,
  speaker: Speaker,
): Promise<string[] | null> {
  const team = teamOf(approval);
  if (team !== null) return (await isInTeam(db, team, speaker)) ? [speaker.name] : null;
  if (askedOf === null) return [speaker.name];
  const names: string[] = [];
  for (const one of askedOf) if (await isMeant(db, one, speaker)) names.push(one);
  return names.length > 0 ? names : null;
}

/** The names of those who could agree. */
export async function whoCould(
  db: Queryable,
  { approval, askedOf }: Pick<CandidateStage, 'approval' | 'askedOf'>,
): Promise<string[]> {
  const team = teamOf(approval);
  if (team === null) return askedOf ?? [];
  return (await people.ofTeam(db, team)).filter(mayAnswer).map(({ name }) => name);
}

/** NAME of `team:NAME`; null: it asks no team. */
export const teamOf = (approval: string): string | null =>
  approval.startsWith('team:') ? approval.slice('team:'.length) : null;

/** Where no people are kept at all, nobody can be in a team, and anybody counts. */
async function isInTeam(db: Queryable, team: string, { teams }: Speaker): Promise<boolean> {
  return teams.includes(team) || !(await people.areKnown(db));
}

/** A person by address or by being that person: anybody may call a token like them. */
async function isMeant(db: Queryable, asked: string, speaker: Speaker): Promise<boolean> {
  const { name, isPerson, emails } = speaker;
  const person = await people.byName(db, asked);
  if (person)
    return isPerson ? name === asked : emails.some((email) => person.emails.includes(email));
  return emails.includes(asked.toLowerCase()) || (!isPerson && isSamePerson(asked, name));
}
