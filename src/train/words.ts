import { changesInWords, type Consent } from './consent.ts';
import type { Ejected } from './eject-change.ts';
import type { ShownTrain } from './show-train.ts';
import { namedTrain, shortCommit, type Train } from './train.ts';
import type { VoteCast } from './cast-vote.ts';

/** What whoever voted is told, by whichever way. */
export function voteWords(app: string, { train, voters, isNews, consent }: VoteCast): string {
  const whose = voters.join(', ');
  const counted = isNews ? `Counted for ${whose}.` : 'This was counted before.';
  return `${counted} ${namedTrain({ app, number: train })}: ${consentWords(consent)}.`;
}

const consentWords = ({ kind, words }: Consent): string =>
  kind === 'agreed' ? `everybody it asks agrees (${words})` : words;

export const ejectedWords = (app: string, { train, commit, changes }: Ejected): string =>
  `${namedTrain({ app, number: train })} goes on without ${changesInWords(changes)}; ${shortCommit(commit)} is checked, built and tested anew.`;

/** The state of a train in one line, also where it has to be short. */
export function trainLine(train: Train): string {
  const why = train.reason === null ? '' : `: ${train.reason}`;
  return `${train.app} #${train.number} ${shortCommit(train.commit)} ${train.state}${why}`;
}

/** What to type so that it goes on. */
export function whatNext({ train, consent }: Pick<ShownTrain, 'train' | 'consent'>): string[] {
  const { app } = train;
  const reason = '--reason "…"';
  switch (train.state) {
    case 'asking':
      return [`signalbox train good ${app}`, `signalbox train bad ${app} ${reason}`];
    case 'blocked': {
      const { change = null } = consent.kind === 'vetoed' ? consent : {};
      return [
        `signalbox train eject ${app} ${change === null ? 'CHANGE' : shortCommit(change)}`,
        `signalbox train good ${app}   (whoever said no)`,
        `signalbox train force ${app} ${reason}   (release managers)`,
      ];
    }
    case 'held':
      return [`signalbox train unhold ${app}`, `signalbox train good ${app}`];
    case 'releasing':
      return [`signalbox rollout ${app}/production`];
    case 'failed':
      return [`signalbox candidates ${app}`, `signalbox train next ${app}`];
    case 'agreed':
    case 'travelling':
    case 'arrived':
    case 'cancelled':
    case 'superseded':
      return [];
  }
}
