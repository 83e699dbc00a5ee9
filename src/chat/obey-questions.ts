import { listNodes } from '../environments/list-nodes.ts';
import { summarise, type Summary } from '../environments/summary.ts';
import { locksOfLane } from '../rollout/lane-lock.ts';
import { changesInWords } from '../train/consent.ts';
import { shownInstant } from '../train/local-time.ts';
import { myCommits, type MyCommit } from '../train/my-commits.ts';
import { nextTrain } from '../train/prognosis.ts';
import { showTrain, type ShownTrain } from '../train/show-train.ts';
import { timezoneOfApp } from '../train/timezone-of-app.ts';
import { namedTrain, shortCommit } from '../train/train.ts';
import { trainLine } from '../train/words.ts';
import type { Asked } from './asked.ts';
import { environmentOf } from './obey-release.ts';
import { plainLine } from './one-line.ts';

const mostLines = 8;

export async function tellTrain({ world, app }: Asked): Promise<string[]> {
  const shown = await showTrain(world, app);
  const { train, onBoard, stages } = shown;
  const here = onBoard.filter(({ ejectedAt }) => ejectedAt === null);
  const until =
    train.state === 'asking' && train.answersUntil !== null
      ? ` Answers until ${shownInstant(train.answersUntil, train.settings.timezone)}.`
      : '';
  return [
    plainLine(trainLine(train)),
    stages.length === 0 ? '' : stages.map(({ name, state }) => `${name} ${state}`).join(' → '),
    plainLine(`On board: ${changesInWords(here) || 'nothing'}.`),
    plainLine(`${answersOf(shown)}${until}`.trim()),
  ].filter(Boolean);
}

/** `ann ✔ bob … eve ✖`. */
export const answersOf = ({
  passengers,
  votes,
}: Pick<ShownTrain, 'passengers' | 'votes'>): string =>
  passengers
    .map(({ voter }) => {
      const answer = votes.find((vote) => vote.voter === voter)?.answer;
      return `${voter} ${answer === undefined ? '…' : answer === 'good' ? '✔' : '✖'}`;
    })
    .join(' ');

export async function tellNext({ world, app }: Asked): Promise<string[]> {
  const { at, keptBy, commit, onBoard, passengers, skipped } = await nextTrain(world, app);
  const timezone = await timezoneOfApp(world, app.id);
  const when = at === null ? 'as soon as nothing keeps it' : `at ${shownInstant(at, timezone)}`;
  const asked = passengers.map(({ voter }) => voter).join(', ') || 'nobody';
  return [
    commit === null
      ? `No train of ${app.name} would leave now.`
      : `The next train of ${app.name} leaves ${when} with ${shortCommit(commit)}: ${changesInWords(onBoard)}. It asks ${asked}.`,
    keptBy.length === 0 ? '' : `It is kept: ${keptBy.join('; ')}.`,
    skipped.length === 0
      ? ''
      : `Not on it: ${skipped.map(({ what, why }) => `${what} (${why})`).join(', ')}.`,
  ]
    .filter(Boolean)
    .map(plainLine);
}

export async function tellMine({ world, app, speaker }: Asked): Promise<string[]> {
  if (speaker.emails.length === 0)
    return [
      `No address of ${speaker.name} is known, so no commit is theirs. → An admin can: signalbox person email add ${speaker.name} ADDRESS`,
    ];
  const mine = await myCommits(world, app, speaker);
  if (mine.length === 0) return [`No commit of ${speaker.name} is on ${app.mainBranch}.`];
  return mine
    .slice(0, mostLines)
    .map((one) =>
      plainLine(`${shortCommit(one.commit)} ${one.subject}: ${whereIs(app.name, one)}`),
    );
}

function whereIs(app: string, { isInProduction, train }: MyCommit): string {
  if (isInProduction) return 'in production';
  if (train === null) return 'on the platform, on no train yet';
  const on = namedTrain({ app, number: train.number });
  return train.ejected ? `taken off ${on}` : `on ${on}, ${train.state}`;
}

export async function tellWho(
  asked: Asked,
  { environment: name }: { environment: string | null },
): Promise<string[]> {
  const { world, app } = asked;
  const all = await summarise(world, app.id);
  if (name === null) {
    const stages = all.filter(({ kind }) => kind === 'staging' || kind === 'production');
    const lines = [...(await nodeLines(asked)), ...stages.map(environmentLine)];
    return lines.length > 0 ? lines.slice(0, 20) : [`${app.name} runs nowhere.`];
  }
  const found = await environmentOf(asked, name);
  const summary = all.find(({ id }) => id === found.id);
  const locks = await locksOfLane(world.db, found.id);
  return [
    ...(summary ? [environmentLine(summary)] : []),
    ...locks.map(({ by, reason }) => plainLine(`Locked by ${by}: ${reason}`)),
  ];
}

const environmentLine = ({ name, state, commit, branch, url, lease }: Summary): string =>
  plainLine(
    `${name}: ${commit === null ? 'nothing yet' : shortCommit(commit)} of ${branch}, ${state}, ${url}${lease === null ? '' : `, kept by ${lease.owner}`}`,
  );

async function nodeLines({ world, app }: Asked): Promise<string[]> {
  const nodes = await listNodes(world, app);
  const taken = nodes.filter(({ branch, next }) => branch !== null || next !== null);
  const free = nodes.length - taken.length;
  return [
    ...taken.map(({ number, branch, next, state, url }) =>
      plainLine(
        `node ${number}: ${branch ?? 'nobody'}${next === null ? '' : `, ${next} is coming`}, ${state}, ${url}`,
      ),
    ),
    ...(nodes.length === 0
      ? []
      : [`${free} of ${nodes.length} nodes ${free === 1 ? 'is' : 'are'} free.`]),
  ];
}
