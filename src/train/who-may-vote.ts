import { mayDo } from '../kernel/role.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Speaker } from '../people/person.ts';
import { isCalled, type Passenger } from './consent.ts';
import { namedTrain, type Train } from './train.ts';
import type { Delegation, Vote } from './word-tables.ts';

export interface Voting {
  train: Pick<Train, 'app' | 'number' | 'settings'>;
  passengers: readonly Passenger[];
  delegations: readonly Delegation[];
  /** The newest of each voter. */
  votes: readonly Vote[];
}

/**
 * Whose votes a speaker casts: their own; of whoever named them a delegate; of an absent author, for the owners' team.
 * Never anybody's by a name that only looks alike. Refuses with `train/not-on-board` and `train/not-for-them`.
 */
export function votersFor(
  voting: Voting,
  speaker: Speaker,
  { answer, whom }: { answer: 'good' | 'bad'; whom: string | null },
): string[] {
  return whom === null
    ? own(voting, speaker, answer)
    : [forSomebody(voting, speaker, { answer, whom })];
}

function own(voting: Voting, speaker: Speaker, answer: 'good' | 'bad'): string[] {
  const { train, passengers, delegations } = voting;
  if (mayPullTheTrigger(train, speaker)) return [speaker.name];
  if (answer === 'good' && !asksAuthors(train)) throw notOnBoard(train, speaker);
  const mine = passengers.filter((passenger) => isOneself(passenger, speaker));
  if (mine.length > 0) return mine.map(({ voter }) => voter);
  const lent = passengers.filter((one) => isDelegateOf(one, speaker, delegations));
  if (lent.length > 0) return lent.map(({ voter }) => voter);
  const isInCharge = isOwner(train, speaker) || mayDo(speaker.role, 'release-manager');
  if (isInCharge && (answer === 'bad' || saidNo(voting, speaker))) return [speaker.name];
  throw notOnBoard(train, speaker);
}

const asksAuthors = ({ settings }: Voting['train']): boolean => settings.approval === 'authors';

/** They may lift it again; that counts for nobody else. */
const saidNo = ({ votes }: Voting, { name }: Speaker): boolean =>
  votes.some(({ voter, answer }) => voter === name && answer === 'bad');

/** A token without a person is known by address alone: anybody may call one like a person. */
export const isOneself = ({ emails, person }: Passenger, speaker: Speaker): boolean =>
  emails.some((email) => speaker.emails.includes(email)) ||
  (speaker.isPerson && person?.name === speaker.name);

const isDelegateOf = (
  { voter }: Passenger,
  speaker: Speaker,
  delegations: readonly Delegation[],
): boolean =>
  speaker.isPerson &&
  delegations.some((one) => one.voter === voter && one.delegate === speaker.name);

/** Where not the authors are asked. */
function mayPullTheTrigger({ settings: { approval } }: Voting['train'], speaker: Speaker): boolean {
  if (approval === 'person') return mayDo(speaker.role, 'developer');
  return approval.startsWith('team:') && speaker.teams.includes(approval.slice('team:'.length));
}

const isOwner = ({ settings: { owners } }: Voting['train'], { teams }: Speaker): boolean =>
  owners !== null && teams.includes(owners);

function forSomebody(
  voting: Voting,
  speaker: Speaker,
  { answer, whom }: { answer: 'good' | 'bad'; whom: string },
): string {
  const { train, passengers, delegations } = voting;
  if (answer === 'good' && !asksAuthors(train)) throw notOnBoard(train, speaker);
  const meant = passengers.find((passenger) => isCalled(passenger, whom));
  if (!meant) throw nobodyOnBoard(train, whom, passengers);
  if (isOneself(meant, speaker) || isDelegateOf(meant, speaker, delegations)) return meant.voter;
  if (isOwner(train, speaker)) return meant.voter;
  // Nobody else could ever answer.
  const mayAnswer = meant.person !== null && mayDo(meant.person.role, 'developer');
  const isUnreachable = !mayAnswer && train.settings.owners === null;
  if (isUnreachable && mayDo(speaker.role, 'release-manager')) return meant.voter;
  throw notForThem(train, speaker, meant);
}

const notOnBoard = (train: Voting['train'], speaker: Speaker): SignalboxError =>
  new SignalboxError({
    code: 'train/not-on-board',
    what: `${speaker.name} is not asked about ${namedTrain(train)}.`,
    why:
      train.settings.approval === 'authors'
        ? 'Its authors are, and none of its commits carries an address of theirs.'
        : `It asks for ${train.settings.approval}.`,
    fix: [
      `Something is wrong with it? signalbox train hold ${train.app} --for 30m --reason "…"`,
      speaker.isPerson
        ? `Is it your commit? An admin tells whose address it is: signalbox person email add ${speaker.name} ADDRESS`
        : 'Is it your commit? Answer with a token of yours: signalbox token create NAME --person PERSON',
    ],
  });

const nobodyOnBoard = (
  train: Voting['train'],
  whom: string,
  passengers: readonly Passenger[],
): SignalboxError =>
  new SignalboxError({
    code: 'train/not-on-board',
    what: `${whom} is not asked about ${namedTrain(train)}.`,
    why: `Asked are: ${passengers.map(({ voter }) => voter).join(', ') || 'nobody'}.`,
    fix: [`signalbox train ${train.app}`],
  });

const notForThem = (
  train: Voting['train'],
  speaker: Speaker,
  { voter }: Passenger,
): SignalboxError =>
  new SignalboxError({
    code: 'train/not-for-them',
    what: `${speaker.name} cannot answer for ${voter} about ${namedTrain(train)}.`,
    why: `${voter} has not named them a delegate${train.settings.owners === null ? '' : `, and they are not in team ${train.settings.owners}`}.`,
    fix: [
      `${voter} can: signalbox train delegate ${train.app} ${speaker.name}`,
      `Without their word a release manager can: signalbox train force ${train.app} --reason "…"`,
    ],
  });
