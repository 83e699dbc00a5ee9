import type { Session } from '../../../../src/api/contract/session.ts';
import type { Answer } from '../../data/call.ts';

export type Shown = Answer<'getTrain'>;
export type Change = Shown['changes'][number];
export type Passenger = Shown['passengers'][number];

/** Until it leaves for production words count. */
export const isOpen = ({ state }: Pick<Shown, 'state'>): boolean =>
  /^(travelling|asking|blocked|held|agreed)$/.test(state);

/** The number it has among people, else the beginning of its commit. */
export const nameOf = ({ number, commit }: Pick<Change, 'number' | 'commit'>): string =>
  number === null ? commit.slice(0, 7) : `#${number}`;

/** Without the number that stands before it. */
export const subjectOf = ({ number, subject }: Pick<Change, 'number' | 'subject'>): string =>
  number === null ? subject : subject.replace(/ \([#!]\d{1,9}\)\s*$/, '');

export const namedChange = (change: Pick<Change, 'number' | 'commit' | 'subject'>): string =>
  `${nameOf(change)} ${subjectOf(change)}`;

/** A reason where one was given. */
export const because = (reason: string | undefined): { reason?: string } =>
  reason ? { reason } : {};

export const onBoard = (train: Pick<Shown, 'changes'>): Change[] =>
  train.changes.filter(({ ejected }) => ejected === null);

type Who = Pick<Session, 'name' | 'token'>;

/** Whose word it is: a person by name; a token of nobody only by an address. */
const isCalled = (voter: string, { name, token }: Who): boolean =>
  voter === name && (token !== null || name.includes('@'));

export const passengerOf = (train: Pick<Shown, 'passengers'>, who: Who): Passenger | undefined =>
  train.passengers.find(({ voter }) => isCalled(voter, who));

/** The newest word of somebody about what the train carries now. */
export const voteOf = (
  { votes, commit }: Pick<Shown, 'votes' | 'commit'>,
  voter: string,
): Shown['votes'][number] | undefined =>
  votes.find((vote) => vote.voter === voter && vote.commit === commit);

/** Whether one good of anybody is enough: nobody in particular is waited for. */
export const asksAnybody = ({ consent }: Pick<Shown, 'consent'>): boolean =>
  consent.kind === 'open' && /^waits for somebody($|[ ;])/.test(consent.words);

/** Whether the train still waits for this word. */
export const isMissed = (train: Shown, { answer }: Pick<Passenger, 'answer'>): boolean =>
  answer === null && isOpen(train) && train.consent.kind !== 'agreed' && !asksAnybody(train);

export type Question =
  /** They are on board and have not answered. */
  | { kind: 'missing'; changes: readonly string[] }
  /** One good is enough, and it may be theirs. */
  | { kind: 'anybody' }
  /** They stopped it, and nobody else can take that back. */
  | { kind: 'no'; reason: string | null };

/** What the train wants to know of somebody; null: nothing. */
export function questionFor(train: Shown, who: Who): Question | null {
  if (!isOpen(train)) return null;
  const said = voteOf(train, who.name);
  if (said?.answer === 'bad') return { kind: 'no', reason: said.reason };
  if (train.askedAt === null || train.consent.kind === 'agreed') return null;
  if (asksAnybody(train)) return { kind: 'anybody' };
  const passenger = passengerOf(train, who);
  return passenger?.answer === null ? { kind: 'missing', changes: passenger.changes } : null;
}

/** The change the newest no is about, while it stands and is not the only one on board. */
export function badChange(train: Shown): Change | null {
  if (train.consent.kind !== 'vetoed') return null;
  const no = train.votes.find(
    ({ answer, commit, change }) => answer === 'bad' && commit === train.commit && change !== null,
  );
  const left = onBoard(train);
  return (left.length > 1 && left.find(({ commit }) => commit === no?.change)) || null;
}

/** What it waits for or how it ended, in a sentence. */
export function headline(train: Shown): string {
  const { state, reason, candidate, stages } = train;
  if (state === 'arrived') return 'It has arrived in production';
  if (state === 'releasing') return 'It is on its way into production';
  if (reason) return reason;
  if (candidate === null) return 'What it carries is being checked and built';
  const at = stages.find((stage) => stage.state !== 'passed' && stage.state !== 'skipped');
  return at ? `Travels through ${at.name}` : `It is ${state}`;
}

const lastCallMs = 600_000;

/** When whoever has not answered is reminded next, as far as windows allow; null: not again. */
export function nextReminder(
  { state, askedAt, answersUntil }: Pick<Shown, 'state' | 'askedAt' | 'answersUntil'>,
  now: number,
): number | null {
  if (state !== 'asking' || askedAt === null || answersUntil === null) return null;
  const [from, until] = [Date.parse(askedAt), Date.parse(answersUntil)];
  const moments = [(from + until) / 2, until - lastCallMs];
  return moments.filter((at) => at > from && at > now).sort((a, b) => a - b)[0] ?? null;
}
