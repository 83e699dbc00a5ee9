import { nearestKey } from '../config/nearest-key.ts';

/** What may follow each word, and what it does, as `!help` says it. */
export const commandWords = {
  good: ['[COMMIT] [for @NAME] [REASON]', 'say good to what the train carries'],
  bad: ['[CHANGE] REASON', 'say no: the train does not go into production'],
  hold: ['2h REASON', 'keep the train from production for a while'],
  unhold: ['', 'lift what holds the train'],
  force: ['REASON', "send the train without everybody's word (release managers)"],
  eject: ['CHANGE… [because REASON]', 'take changes off the train; it is built anew without them'],
  revert: ['CHANGE… [because REASON]', 'take changes off the train and back on the main branch'],
  delegate: ['@NAME', 'let somebody answer for you for 30 days'],
  cancel: ['REASON', 'end the train; what is on board takes the next one (release managers)'],
  depart: ['', 'let a train leave at once (release managers)'],
  train: ['', 'show the train that is under way, or the last one'],
  next: ['', 'what the next train would do'],
  mine: ['', 'where your commits are'],
  who: ['[ENV]', 'who is on which node, or what an environment runs'],
  bb: ['BRANCH', 'build a branch and put it on its node'],
  lock: ['ENV REASON', 'release nothing new into an environment'],
  unlock: ['ENV', 'release into it again'],
  freeze: ['UNTIL REASON', 'nothing goes to production until then (release managers)'],
  unfreeze: ['', 'lift all freezes (release managers)'],
  rollback: ['[ENV] [REASON]', 'go back to the release before'],
  verify: ['CODE', 'prove that this account is yours; the code comes from: signalbox person link'],
  help: ['[WORD]', 'what can be said here'],
} as const satisfies Record<string, readonly [usage: string, summary: string]>;

export type CommandWord = keyof typeof commandWords;

export const allCommandWords = Object.keys(commandWords) as CommandWord[];

export const isCommandWord = (text: string): text is CommandWord =>
  Object.hasOwn(commandWords, text);

/** `!hold 2h REASON`. */
export const usageOf = (word: CommandWord): string => `!${word} ${commandWords[word][0]}`.trim();

/** What a mistyped word most likely meant; null: nothing is near. */
export function nearestWord(text: string): CommandWord | null {
  const near = nearestKey(text, allCommandWords);
  return near !== null && isCommandWord(near) ? near : null;
}
