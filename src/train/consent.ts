import type { Person } from '../people/person.ts';
import { namedChange, type Change, type TrainSettings } from './train.ts';
import type { Force, Vote } from './word-tables.ts';

/** Somebody whose commits are on board. */
export interface Passenger {
  /** Whose vote it is: the person's name, or the address in the commits. */
  voter: string;
  /** null: nobody here is known to have this address. */
  person: Person | null;
  emails: string[];
  changes: Change[];
}

export type Consent =
  | { kind: 'agreed'; words: string }
  | { kind: 'vetoed'; by: string; change: string | null; words: string }
  /** `missing`: whose word it waits for; empty: that of anybody who may. */
  | { kind: 'open'; missing: Passenger[]; words: string };

/** Those who are asked: the authors of what is on board and not good without asking, each once. */
export function passengersOf(onBoard: readonly Change[], known: readonly Person[]): Passenger[] {
  const all = new Map<string, Passenger>();
  for (const change of onBoard) {
    if (change.ejectedAt !== null || change.goodWithoutAsking !== null) continue;
    for (const { email } of change.authors) {
      const person =
        known.find(({ emails, name }) => emails.includes(email) || name === email) ?? null;
      const voter = person?.name ?? email;
      const passenger = all.get(voter) ?? { voter, person, emails: [], changes: [] };
      if (!passenger.emails.includes(email)) passenger.emails.push(email);
      if (!passenger.changes.includes(change)) passenger.changes.push(change);
      all.set(voter, passenger);
    }
  }
  return [...all.values()];
}

/** What the words about one commit come to. Enough who force outweigh a no; one no outweighs all others. */
export function consentOf(of: {
  settings: Pick<TrainSettings, 'approval' | 'forceBy'>;
  passengers: readonly Passenger[];
  votes: readonly Vote[];
  forces: readonly Force[];
}): Consent {
  const { settings, passengers, votes, forces } = of;
  if (forces.length >= settings.forceBy)
    return {
      kind: 'agreed',
      words: forces.map(({ by, reason }) => `forced by ${by}: ${reason}`).join('; '),
    };
  const no = votes.find(({ answer }) => answer === 'bad');
  if (no) {
    const words = `${no.voter} said no${no.reason === null ? '' : `: ${no.reason}`}`;
    return { kind: 'vetoed', by: no.voter, change: no.change, words };
  }
  const forced =
    forces.length > 0 ? `; ${forces[0]?.by} wants to force it, one more is needed` : '';
  const good = new Set(votes.map(({ voter }) => voter));
  if (settings.approval === 'authors') {
    const missing = passengers.filter(({ voter }) => !good.has(voter));
    if (missing.length === 0) return { kind: 'agreed', words: agreedWords(passengers) };
    return { kind: 'open', missing, words: `waits for ${missing.map(nameOf).join(', ')}${forced}` };
  }
  if (settings.approval === 'none') return { kind: 'agreed', words: 'nobody is asked' };
  const [one] = good;
  if (one !== undefined) return { kind: 'agreed', words: `${one} said good` };
  const whom =
    settings.approval === 'person'
      ? 'somebody'
      : `somebody of ${settings.approval.replace(':', ' ')}`;
  return { kind: 'open', missing: [], words: `waits for ${whom}${forced}` };
}

const agreedWords = (passengers: readonly Passenger[]): string =>
  passengers.length === 0
    ? 'nobody need be asked'
    : `${passengers.map(({ voter }) => voter).join(', ')} said good`;

const nameOf = ({ voter, person }: Passenger): string =>
  person === null ? `${voter} (nobody here is known by this address)` : voter;

/** Votes for the commit before that hold for the new one: noes about what stays, goods of those whose changes are the same. */
export function keptVotes(
  { keepVotes }: Pick<TrainSettings, 'keepVotes'>,
  votes: readonly Vote[],
  { before, after }: { before: readonly Passenger[]; after: readonly Passenger[] },
): Vote[] {
  const left = new Set(after.flatMap(({ changes }) => changes.map(({ commit }) => commit)));
  // A no about what stays on board is nobody's to take off by taking off something else.
  const noes = votes.filter(
    ({ answer, change }) => answer === 'bad' && change !== null && left.has(change),
  );
  if (keepVotes === 'none') return noes;
  const commitsOf = (all: readonly Passenger[], voter: string): string =>
    (all.find((one) => one.voter === voter)?.changes ?? [])
      .map(({ commit }) => commit)
      .sort()
      .join(' ');
  const goods = votes.filter(
    ({ answer, voter }) =>
      answer === 'good' &&
      commitsOf(after, voter) !== '' &&
      commitsOf(before, voter) === commitsOf(after, voter),
  );
  return [...noes, ...goods];
}

/** The change somebody means by `#881`, `881` or the beginning of its commit; several may begin alike. */
export function meantChanges(onBoard: readonly Change[], text: string): Change[] {
  const wanted = text.trim().toLowerCase().replace(/^[#!]/, '');
  const here = onBoard.filter(({ ejectedAt }) => ejectedAt === null);
  const byNumber = here.filter(({ number }) => number !== null && String(number) === wanted);
  if (byNumber.length > 0) return byNumber;
  return /^[0-9a-f]{4,64}$/.test(wanted)
    ? here.filter(({ commit }) => commit.startsWith(wanted))
    : [];
}

export const changesInWords = (
  all: readonly Pick<Change, 'number' | 'commit' | 'subject'>[],
): string => all.map((change) => `${namedChange(change)} ${bareSubject(change)}`).join(', ');

/** The number stands before it. */
const bareSubject = ({ number, subject }: Pick<Change, 'number' | 'subject'>): string =>
  number === null ? subject : subject.replace(/ \([#!]\d{1,9}\)\s*$/, '');

/** Whether somebody is named by a person's name or one of the addresses. */
export const isCalled = ({ voter, emails }: Passenger, name: string): boolean =>
  [voter, ...emails].some((one) => one.toLowerCase() === name.toLowerCase().replace(/^@/, ''));
