import { parseDuration } from '../kernel/duration.ts';
import { isCommandWord, nearestWord, type CommandWord } from './command-words.ts';

/** What somebody wants. `about` is what a vote may be about: only the train knows whether it is, or begins the reason. */
export type Command =
  | { word: 'good'; about: string | null; whom: string | null; reason: string | null }
  | { word: 'bad'; about: string | null; reason: string | null }
  | { word: 'hold'; forMs: number; reason: string }
  | { word: 'force' | 'cancel'; reason: string }
  | { word: 'eject' | 'revert'; changes: string[]; reason: string | null }
  | { word: 'delegate'; to: string }
  | { word: 'bb'; branch: string }
  | { word: 'who'; environment: string | null }
  | { word: 'lock'; environment: string; reason: string }
  | { word: 'unlock'; environment: string; reason: string | null }
  | { word: 'freeze'; until: string; reason: string }
  | { word: 'rollback'; environment: string | null; reason: string | null }
  | { word: 'verify'; code: string }
  | { word: 'help'; about: string | null }
  | { word: 'unhold' | 'depart' | 'train' | 'next' | 'mine' | 'unfreeze' };

export type Understood =
  /** Not for us. */
  | { kind: 'nothing' }
  /** `app`: the one that was named first; null: none was. */
  | { kind: 'command'; app: string | null; command: Command }
  | { kind: 'unknown'; word: string; nearest: CommandWord | null }
  | { kind: 'misused'; word: CommandWord; why: string };

/** As long as the API takes a reason. */
export const longestReason = 500;
const longestText = 2_000;

/**
 * What a message asks for. `apps`: those it may name first, `!good shop …`; a word that is none of them belongs to the
 * command. `isToUs`: said to us alone, where the exclamation mark may be missing. Pure.
 */
export function readCommand(
  text: string,
  { apps, isToUs }: { apps: readonly string[]; isToUs: boolean },
): Understood {
  const [, mark, said = '', rest = ''] =
    /^\s*(!\s{0,3})?([\p{L}][\p{L}\p{N}-]{0,39})(?:\s+([^]*))?$/u.exec(shortened(text)) ?? [];
  if (said === '' || (mark === undefined && !isToUs)) return { kind: 'nothing' };
  const word = said.toLowerCase();
  if (!isCommandWord(word)) return { kind: 'unknown', word: said, nearest: nearestWord(word) };
  const words = rest.split(/\s+/).filter(Boolean);
  const app = apps.find((name) => name === words[0]) ?? null;
  const read = readers[word](app === null ? words : words.slice(1));
  if (typeof read === 'string') return { kind: 'misused', word, why: read };
  const reason = 'reason' in read ? (read.reason ?? '') : '';
  return reason.length > longestReason
    ? { kind: 'misused', word, why: `A reason has at most ${longestReason} characters.` }
    : { kind: 'command', app, command: read };
}

const shortened = (text: string): string =>
  text
    .slice(0, longestText)
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd();

/** The command, or in words why it is none. */
type Reader = (words: readonly string[]) => Command | string;

const readers: Record<CommandWord, Reader> = {
  good: readGood,
  bad: readBad,
  hold: readHold,
  force: readWithReason('force'),
  cancel: readWithReason('cancel'),
  eject: readChanges('eject'),
  revert: readChanges('revert'),
  delegate: ([name, ...more]) =>
    name === undefined || more.length > 0
      ? 'It takes one name.'
      : { word: 'delegate', to: name.replace(/^@/, '') },
  bb: ([branch, ...more]) =>
    branch === undefined || more.length > 0 ? 'It takes one branch.' : { word: 'bb', branch },
  who: ([environment = null, ...more]) =>
    more.length > 0 ? 'It takes one environment.' : { word: 'who', environment },
  lock: ([environment, ...more]) =>
    environment === undefined
      ? 'It takes an environment and a reason.'
      : withReason(more, (reason) => ({ word: 'lock', environment, reason })),
  unlock: ([environment, ...more]) =>
    environment === undefined
      ? 'It takes an environment.'
      : { word: 'unlock', environment, reason: spoken(more) },
  freeze: readFreeze,
  rollback: readRollback,
  verify: ([code, ...more]) =>
    code === undefined || more.length > 0
      ? 'It takes the code that was shown.'
      : { word: 'verify', code },
  help: ([about]) => ({
    word: 'help',
    about: about?.replace(/^!/, '').toLowerCase() ?? null,
  }),
  // Whatever follows these is politeness.
  unhold: () => ({ word: 'unhold' }),
  depart: () => ({ word: 'depart' }),
  train: () => ({ word: 'train' }),
  next: () => ({ word: 'next' }),
  mine: () => ({ word: 'mine' }),
  unfreeze: () => ({ word: 'unfreeze' }),
};

function readWithReason(word: 'force' | 'cancel'): Reader {
  return (words) => withReason(words, (reason) => ({ word, reason }));
}

/** What it is about, where it begins with that, and the rest. */
const aboutAndRest = (words: readonly string[]): { about: string | null; rest: string[] } =>
  words[0] !== undefined && isThing(words[0])
    ? { about: words[0], rest: words.slice(1) }
    : { about: null, rest: [...words] };

function readGood(words: readonly string[]): Command | string {
  const { about, rest } = aboutAndRest(words);
  const [first = '', second = ''] = rest;
  if (first.toLowerCase() !== 'for' || !second.startsWith('@'))
    return { word: 'good', about, whom: null, reason: spoken(rest) };
  const whom = second.slice(1).replace(/[,:;]$/, '');
  if (whom === '') return 'For whom?';
  return { word: 'good', about, whom, reason: spoken(rest.slice(2)) };
}

function readBad(words: readonly string[]): Command | string {
  if (words.length === 0) return 'A no needs a reason.';
  const { about, rest } = aboutAndRest(words);
  return { word: 'bad', about, reason: spoken(rest) };
}

function readHold(words: readonly string[]): Command | string {
  const [length = '', ...reason] = words[0]?.toLowerCase() === 'for' ? words.slice(1) : words;
  const forMs = parseDuration(length);
  if (forMs === null || forMs === 0) return 'It takes how long first: 30m, 2h, 1d.';
  return withReason(reason, (why) => ({ word: 'hold', forMs, reason: why }));
}

function readChanges(word: 'eject' | 'revert'): Reader {
  return (words) => {
    const because = words.findIndex((one) => one.toLowerCase() === 'because');
    const named = (because < 0 ? words : words.slice(0, because)).flatMap((one) => one.split(','));
    const changes = [...new Set(named.filter(Boolean))];
    const odd = changes.find((one) => !isThing(one));
    if (odd !== undefined)
      return `${odd.slice(0, 40)} is no change: name them by #number or commit, and put "because" before the reason.`;
    if (changes.length === 0 || changes.length > mostChanges)
      return `It takes one to ${mostChanges} changes.`;
    return { word, changes, reason: because < 0 ? null : spoken(words.slice(because + 1)) };
  };
}

const mostChanges = 20;
const day = /^(today|tomorrow|\d{4}-\d\d-\d\d)$/i;
const time = /^\d\d?:\d\d(:\d\d)?([Zz]|[+-]\d\d:?\d\d)?$/;

/** A day and a time are one end, also without quotes. */
function readFreeze(words: readonly string[]): Command | string {
  const plain = words.map((word, at) => (at < 2 ? word.replaceAll(/["'“”]/g, '') : word));
  const [first = '', second = ''] = plain;
  const taken = day.test(first) && time.test(second) ? 2 : 1;
  if (first === '') return 'It takes until when, and a reason.';
  const until = plain.slice(0, taken).join(' ');
  return withReason(words.slice(taken), (reason) => ({ word: 'freeze', until, reason }));
}

const stage = /^(production|staging|(preview|stage)\/\S+)$/;

function readRollback(words: readonly string[]): Command {
  const [first = '', ...behind] = words;
  return stage.test(first)
    ? { word: 'rollback', environment: first, reason: spoken(behind) }
    : { word: 'rollback', environment: null, reason: spoken(words) };
}

function withReason(words: readonly string[], make: (reason: string) => Command): Command | string {
  const reason = spoken(words);
  return reason === null ? 'It takes a reason.' : make(reason);
}

/** A change request's number, or a commit. A word like "added" is none: it has no digit. */
const isThing = (text: string): boolean => /^(#?\d{1,9}|(?=.*\d)[0-9a-f]{4,64})$/i.test(text);

/** Quotes around all of it are a habit of the command line. */
function spoken(words: readonly string[]): string | null {
  const text = words.join(' ').trim();
  const bare = /^(["'])([^]*)\1$/.exec(text)?.[2]?.trim() ?? text;
  return bare === '' ? null : bare;
}
