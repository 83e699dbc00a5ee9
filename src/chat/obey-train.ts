import { formatDuration } from '../kernel/duration.ts';
import { cancelTrain, departNow } from '../train/cancel-train.ts';
import { forceTrain } from '../train/force-train.ts';
import { holdTrain, unholdTrain } from '../train/hold-train.ts';
import { shownInstant } from '../train/local-time.ts';
import { takeBack, takeOff } from '../train/take-off.ts';
import { timezoneOfApp } from '../train/timezone-of-app.ts';
import { namedTrain, shortCommit } from '../train/train.ts';
import { ejectedWords } from '../train/words.ts';
import type { Asked } from './asked.ts';
import type { Command } from './command.ts';

type Of<Word extends Command['word']> = Extract<Command, { word: Word }>;

export async function obeyHold(asked: Asked, { forMs, reason }: Of<'hold'>): Promise<string[]> {
  const { world, app, speaker } = asked;
  const { train: number, until } = await holdTrain(world, { app, speaker, forMs, reason });
  const when = shownInstant(until, await timezoneOfApp(world, app.id));
  const what = namedTrain({ app: app.name, number });
  return [`${what} is held for ${formatDuration(forMs)}, until ${when}. !unhold lets it go on.`];
}

export async function obeyUnhold({ world, app, speaker }: Asked): Promise<string[]> {
  const { train: number } = await unholdTrain(world, { app, speaker });
  return [`${namedTrain({ app: app.name, number })} is not held any more.`];
}

export async function obeyForce(asked: Asked, { reason }: { reason: string }): Promise<string[]> {
  const { world, app, speaker } = asked;
  const { train: number, missing } = await forceTrain(world, { app, speaker, reason });
  const what = namedTrain({ app: app.name, number });
  return missing > 0
    ? [`${what}: one more release manager has to say !force REASON.`]
    : [`${what} goes on without everybody's word: ${speaker.name} forces it (${reason}).`];
}

export async function obeyEject(asked: Asked, command: Of<'eject' | 'revert'>): Promise<string[]> {
  const { world, app, speaker } = asked;
  const { changes, reason } = command;
  const ejected = await takeOff(world, { app, speaker, changes, reason });
  return [ejectedWords(app.name, ejected)];
}

export async function obeyRevert(asked: Asked, command: Of<'eject' | 'revert'>): Promise<string[]> {
  const { world, app, speaker } = asked;
  const { changes, reason } = command;
  const { ejected, reverts } = await takeBack(world, { app, speaker, changes, reason });
  const made = reverts.map(({ commit, subject }) => `${shortCommit(commit)} ${subject}`);
  return [
    made.length === 0
      ? 'The main branch had taken it back before.'
      : `On the main branch: ${made.join(', ')}.`,
    ejected === null
      ? 'The train is cancelled: nothing else was on board.'
      : ejectedWords(app.name, ejected),
  ];
}

export async function obeyCancel(asked: Asked, { reason }: { reason: string }): Promise<string[]> {
  const { world, app, speaker } = asked;
  const { train: number } = await cancelTrain(world, { app, speaker, reason });
  return [`${namedTrain({ app: app.name, number })} goes no further.`];
}

export async function obeyDepart({ world, app }: Asked): Promise<string[]> {
  const train = await departNow(world, { app: app.name });
  return [`${namedTrain(train)} leaves with ${shortCommit(train.commit)}.`];
}
