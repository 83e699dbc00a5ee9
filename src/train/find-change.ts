import { SignalboxError } from '../kernel/signalbox-error.ts';
import { changesInWords, meantChanges } from './consent.ts';
import type { Situation } from './situation.ts';
import { namedTrain, type Change } from './train.ts';

/** The one change on board that somebody names. Refuses with `train/unknown-change`. */
export function findChange(
  { train, onBoard }: Pick<Situation, 'train' | 'onBoard'>,
  text: string,
): Change {
  const [one, ...others] = meantChanges(onBoard, text);
  if (one && others.length === 0) return one;
  const here = onBoard.filter(({ ejectedAt }) => ejectedAt === null);
  throw new SignalboxError({
    code: 'train/unknown-change',
    what: one
      ? `${text} means several changes on board of ${namedTrain(train)}: ${changesInWords([one, ...others])}.`
      : `${namedTrain(train)} has no change ${text.slice(0, 80)} on board.`,
    why: `On board: ${changesInWords(here) || 'nothing'}.`,
    fix: [`Name it by its number, or by the beginning of its commit: signalbox train ${train.app}`],
  });
}
