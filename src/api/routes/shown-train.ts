import { shownLine } from '../../environments/log-lines.ts';
import type { Passenger } from '../../train/consent.ts';
import type { Prognosis } from '../../train/prognosis.ts';
import type { ShownTrain } from '../../train/show-train.ts';
import type { Change, Train } from '../../train/train.ts';
import { namedChange } from '../../train/train.ts';
import { whatNext } from '../../train/words.ts';
import type { ListedTrain, TrainDetails, TrainPrognosis } from '../contract/trains.ts';

const longestSubject = 200;
const longestWords = 2_000;

/** Whatever people wrote, without what would move a terminal's cursor. */
const plain = (text: string): string => shownLine(text, { longest: longestWords });
const plainOrNone = (text: string | null): string | null => (text === null ? null : plain(text));

export function shownTrain(of: ShownTrain): TrainDetails {
  const { train, onBoard, passengers, votes, holds, consent, candidate, stages, allVotes } = of;
  return {
    ...listedTrain(train),
    candidate: candidate?.number ?? null,
    stages: stages.map(({ name, state, reason }) => ({ name, state, reason })),
    changes: onBoard.map(shownChange),
    passengers: passengers.map((passenger) => {
      const vote = votes.find(({ voter }) => voter === passenger.voter);
      const { answer = null, reason = null } = vote ?? {};
      return { ...shownPassenger(passenger), answer, answerReason: plainOrNone(reason) };
    }),
    consent: { kind: consent.kind, words: plain(consent.words) },
    votes: allVotes.map(shownVote),
    holds: holds.map(({ by, reason, until }) => ({ by, reason: plain(reason), until })),
    next: whatNext(of),
  };
}

const shownVote = (vote: ShownTrain['allVotes'][number]): TrainDetails['votes'][number] => ({
  voter: plain(vote.voter),
  by: vote.by,
  answer: vote.answer,
  commit: vote.commit,
  change: vote.change,
  reason: plainOrNone(vote.reason),
  via: vote.via,
  at: vote.at,
});

export const listedTrain = (train: Train): ListedTrain => ({
  app: train.app,
  number: train.number,
  state: train.state,
  reason: plainOrNone(train.reason),
  commit: train.commit,
  plannedAt: train.plannedAt,
  departedAt: train.departedAt,
  askedAt: train.askedAt,
  answersUntil: train.answersUntil,
  endedAt: train.endedAt,
});

/** Whatever people wrote into commits, without what would move a terminal's cursor. */
const shownChange = (change: Change): TrainDetails['changes'][number] => ({
  commit: change.commit,
  number: change.number,
  subject: shownLine(change.subject, { longest: longestSubject }),
  authors: change.authors.map(({ name, email }) => ({
    name: shownLine(name, { longest: longestSubject }),
    email: shownLine(email, { longest: longestSubject }),
  })),
  goodWithoutAsking: plainOrNone(change.goodWithoutAsking),
  ejected:
    change.ejectedAt === null
      ? null
      : { at: change.ejectedAt, by: change.ejectedBy ?? '', why: plainOrNone(change.ejectedWhy) },
});

const shownPassenger = ({ voter, person, changes }: Passenger) => ({
  voter: shownLine(voter, { longest: longestSubject }),
  known: person !== null,
  changes: changes.map(namedChange),
});

export function shownPrognosis(of: Prognosis): TrainPrognosis {
  const { at, later, keptBy, commit, onBoard, passengers, stages, skipped, settings } = of;
  return {
    at,
    later,
    keptBy: keptBy.map(plain),
    commit,
    changes: onBoard.map(shownChange),
    passengers: passengers.map(shownPassenger),
    stages,
    skipped,
    approval: settings?.approval ?? null,
  };
}
