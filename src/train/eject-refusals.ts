import { SignalboxError } from '../kernel/signalbox-error.ts';
import { namedChange, namedTrain, type Change, type Train } from './train.ts';

export const nothingLeft = (train: Train): SignalboxError =>
  new SignalboxError({
    code: 'train/nothing-left',
    what: `Without that, ${namedTrain(train)} has nothing on board.`,
    fix: [`signalbox train cancel ${train.app} --reason "…"`],
  });

export const conflict = (train: Train, change: Change, paths: readonly string[]): SignalboxError =>
  new SignalboxError({
    code: 'train/cannot-eject',
    what: `${namedChange(change)} cannot be taken off ${namedTrain(train)} alone.`,
    why: `Later commits changed the same lines: ${paths.slice(0, 5).join(', ')}.`,
    fix: [
      'Take the later ones off with it: name several changes at once.',
      `Or mend it on the main branch, and let this train go: signalbox train cancel ${train.app} --reason "…"`,
    ],
  });

export const tooBusy = (app: string): SignalboxError =>
  new SignalboxError({
    code: 'train/cannot-eject',
    what: `The train of ${app} changed each time before its new commit was recorded.`,
    fix: [`See what it carries now: signalbox train ${app}`, 'Then try again.'],
  });
