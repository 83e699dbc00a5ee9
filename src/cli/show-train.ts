import type { TrainDetails, TrainPrognosis } from '../api/contract/trains.ts';
import type { Cli } from './cli.ts';
import { ago, ahead, facts, short } from './words.ts';

type Change = TrainDetails['changes'][number];

const states: Record<string, 'green' | 'red' | 'yellow'> = {
  arrived: 'green',
  good: 'green',
  agreed: 'green',
  failed: 'red',
  blocked: 'red',
  bad: 'red',
  asking: 'yellow',
  held: 'yellow',
};
const trainStyle = (state: string): 'green' | 'red' | 'yellow' | null => states[state] ?? null;

export async function showTrain(
  cli: Cli,
  asked: { app: string; number: number | undefined },
): Promise<void> {
  const train = await (await cli.client()).call('getTrain', asked);
  cli.print.result(train, () =>
    [
      headOf(train),
      changeTable(cli, train.changes),
      passengerTable(cli, train),
      train.next.map((step) => `→ ${step}`).join('\n'),
    ]
      .filter(Boolean)
      .join('\n\n'),
  );
}

function headOf(train: TrainDetails): string {
  const { app, number, state, reason, commit, candidate, stages, askedAt, answersUntil, endedAt } =
    train;
  const isWaiting = endedAt === null && askedAt !== null && state === 'asking';
  return facts({
    train: `${app} ${number}`,
    state,
    why: reason,
    carries: `${short(commit)}${candidate === null ? ', being checked and built' : `, candidate ${candidate}`}`,
    stages: stages.map((stage) => `${stage.name} ${stage.state}`).join(' → '),
    left: ago(train.departedAt),
    'to answer': isWaiting ? ahead(answersUntil).replace(/^in /, 'another ') : null,
    ended: endedAt && ago(endedAt),
  });
}

function changeTable(cli: Cli, changes: readonly Change[]): string {
  if (changes.length === 0) return '';
  return cli.print.rows(
    [
      { title: 'CHANGE' },
      { title: 'BY', least: 10 },
      { title: 'SUBJECT', least: 20 },
      { title: 'NOTE', least: 10 },
    ],
    changes.map((change) => [
      change.number === null ? short(change.commit) : `#${change.number}`,
      change.authors.map(({ name }) => name).join(', '),
      change.subject,
      noteOf(change),
    ]),
  );
}

function noteOf({ ejected, goodWithoutAsking }: Change): string {
  if (ejected) return `ejected by ${ejected.by}${ejected.why === null ? '' : `: ${ejected.why}`}`;
  return goodWithoutAsking === null ? '' : `nobody is asked: ${goodWithoutAsking}`;
}

function passengerTable(cli: Cli, { passengers }: TrainDetails): string {
  if (passengers.length === 0) return '';
  return cli.print.rows(
    [
      { title: 'ASKED', least: 10 },
      { title: 'SAYS', style: trainStyle },
      { title: 'CHANGES', least: 10 },
      { title: 'WHY', least: 10 },
    ],
    passengers.map(({ voter, known, changes, answer, answerReason }) => [
      known ? voter : `${voter} (unknown)`,
      answer ?? '…',
      changes.join(', '),
      answerReason ?? '',
    ]),
  );
}

/** Who and what would be on board, and what would not, and why. */
export async function showNext(cli: Cli, app: string): Promise<void> {
  const next = await (await cli.client()).call('getNextTrain', { app });
  cli.print.result(next, () =>
    [nextHead(app, next), changeTable(cli, next.changes), nextPassengers(next), skippedLines(next)]
      .filter(Boolean)
      .join('\n\n'),
  );
}

function nextHead(app: string, next: TrainPrognosis): string {
  const { at, later, keptBy, commit, stages } = next;
  return facts({
    'next train': `${app}, ${at === null ? 'as soon as nothing keeps it' : `${at.toISOString()} (${ahead(at)})`}`,
    later: later.map((departure) => departure.toISOString()).join(', '),
    'kept by': keptBy.join('; '),
    carries: commit === null ? 'nothing' : short(commit),
    stages: stages.join(' → '),
  });
}

function nextPassengers({ passengers, approval }: TrainPrognosis): string {
  if (approval !== 'authors') return approval === null ? '' : `Asked: ${approval}`;
  const names = passengers.map(({ voter, known }) => (known ? voter : `${voter} (unknown here)`));
  return `Asked: ${names.join(', ') || 'nobody'}`;
}

const skippedLines = ({ skipped }: TrainPrognosis): string =>
  skipped.map(({ what, why }) => `Not on board: ${what}, ${why}`).join('\n');

export async function listTrains(cli: Cli, asked: { app: string; limit: number }): Promise<void> {
  const result = await (await cli.client()).call('listTrains', asked);
  cli.print.result(result, ({ trains }) =>
    trains.length === 0
      ? `No train of ${asked.app} has left yet.\n→ signalbox train next ${asked.app}`
      : cli.print.rows(
          [
            { title: 'TRAIN' },
            { title: 'COMMIT' },
            { title: 'STATE', style: trainStyle },
            { title: 'LEFT' },
            { title: 'WHY', least: 10 },
          ],
          trains.map(({ number, commit, state, departedAt, reason }) => [
            String(number),
            short(commit),
            state,
            ago(departedAt),
            reason ?? '',
          ]),
        ),
  );
}
