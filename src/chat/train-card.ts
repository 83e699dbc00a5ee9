import { changesInWords } from '../train/consent.ts';
import { shownInstant } from '../train/local-time.ts';
import type { ShownTrain } from '../train/show-train.ts';
import { namedChange, shortCommit, type Train } from '../train/train.ts';
import type { Card, CardButton } from './network.ts';
import { answersOf } from './obey-questions.ts';
import { plainLine } from './one-line.ts';

/** The state of a train: one line for a topic, some for a message, and what can be said about it now. */
export function trainCard(shown: ShownTrain): Card {
  const { train, onBoard, passengers, stages } = shown;
  const title = `${train.app} #${train.number} ${shortCommit(train.commit)}`;
  const passed = stages
    .filter(({ state }) => marks[state] !== undefined)
    .map(({ name, state }) => `${name} ${marks[state]}`)
    .join(' ');
  const answers = answersOf(shown);
  const line = [[title, passed].filter(Boolean).join(' '), answers, stateWords(shown)];
  const silent = onBoard.filter((change) => change.goodWithoutAsking !== null && !change.ejectedAt);
  const ejected = onBoard.filter((change) => change.ejectedAt !== null);
  return {
    key: cardKey(train),
    line: plainLine(line.filter(Boolean).join(' · ')),
    lines: [
      [title, passed].filter(Boolean).join(' '),
      stateWords(shown),
      ...passengers.map(
        (passenger) =>
          `${answersOf({ passengers: [passenger], votes: shown.votes })}: ${changesInWords(passenger.changes)}`,
      ),
      ...silent.map((change) => `${namedChange(change)} ${change.subject}: good without asking`),
      ...ejected.map((change) => `${namedChange(change)} ${change.subject}: taken off`),
    ].map(plainLine),
    buttons: buttonsOf(train),
  };
}

export const cardKey = ({ app, number }: Pick<Train, 'app' | 'number'>): string =>
  `train ${app} ${number}`;

const marks: Readonly<Record<string, string>> = { passed: '✔', failed: '✖', running: '…' };

function stateWords({ train }: ShownTrain): string {
  const { state, reason, answersUntil, settings } = train;
  const why = reason === null ? '' : `: ${reason}`;
  switch (state) {
    case 'travelling':
      return 'on its way through the stages';
    case 'asking':
      return answersUntil === null
        ? 'leaves when all are good'
        : `leaves when all are good; answers until ${shownInstant(answersUntil, settings.timezone)}`;
    case 'agreed':
      return `agreed${why}`;
    case 'releasing':
      return 'on its way into production';
    case 'arrived':
      return 'in production ✔';
    case 'superseded':
      return 'gave way to the next one';
    case 'blocked':
    case 'held':
    case 'failed':
    case 'cancelled':
      return `${state}${why}`;
  }
}

/** None once it is decided: nobody's word stops it any more. */
function buttonsOf({ app, commit, state, endedAt }: Train): CardButton[] {
  if (endedAt !== null || state === 'releasing') return [];
  const hold = { label: 'Hold…', command: `!hold ${app} 30m`, asksReason: true };
  if (state === 'travelling') return [hold];
  // In full: the beginning of a commit may be without a digit, and would be read as a word.
  const about = `${app} ${commit}`;
  return [
    { label: 'Good', command: `!good ${about}`, asksReason: false },
    { label: 'Bad…', command: `!bad ${about}`, asksReason: true },
    hold,
  ];
}
