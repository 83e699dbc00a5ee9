import { toneOf, type Tone } from '../../words/tone-of.ts';
import type { Shown } from './train-words.ts';

/** A stop of the train's line. */
export interface Stop {
  name: string;
  /** How it is there, in a word or two. */
  word: string;
  tone: Tone;
  isHere: boolean;
  /** Whether it is one of the app's stages, with an environment of that name. */
  isStage: boolean;
}

type Travelling = Pick<Shown, 'state' | 'candidate' | 'stages' | 'consent'>;

const isAsked = ({ state }: Travelling): boolean => /^(asking|blocked|held|agreed)$/.test(state);

/** Departure, the build, the stages, and before the last of them the word of those on board. The train is at one of them. */
export function stopsOf(train: Travelling): Stop[] {
  const ways = train.stages.map(({ name, state }): Stop => stageStop(name, state));
  const last = ways.pop();
  const built = train.candidate !== null;
  const stops = [
    stop('Departure', 'left', 'good'),
    stop('Build', built ? 'built' : 'under way', built ? 'good' : 'busy'),
    ...ways,
    wordStop(train, last),
    ...(last ? [last] : []),
  ];
  const open = isAsked(train)
    ? stops.findIndex(({ name, isStage }) => name === word && !isStage)
    : stops.findIndex(({ tone, word: at }) => tone !== 'good' && at !== 'skipped');
  const here = open < 0 ? stops.length - 1 : open;
  return stops.map((one, at) => ({ ...one, isHere: at === here }));
}

const word = 'Agreement';
const stop = (name: string, at: string, tone: Tone): Stop => ({
  name,
  word: at,
  tone,
  isHere: false,
  isStage: false,
});

/** What the last stage is asked is the stop before it. */
const stageStop = (name: string, state: string): Stop => ({
  ...stop(name, state, toneOf(state)),
  ...(state === 'asking' || state === 'waiting' ? { word: 'not yet', tone: 'off' } : {}),
  isStage: true,
});

function wordStop(train: Travelling, last: Stop | undefined): Stop {
  if (isAsked(train)) return stop(word, train.state, toneOf(train.state));
  const isBehind =
    /^(releasing|arrived)$/.test(train.state) || /^(running|failed)$/.test(last?.word ?? '');
  return isBehind ? stop(word, 'agreed', 'good') : stop(word, 'not yet', 'off');
}
