import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Cli } from './cli.ts';
import { whichApp } from './which-app.ts';

export interface CandidateName {
  app: string;
  number: number;
}

/** For commander. */
export const candidateWords = 'its number, after its app where that is not clear: 12, shop 12';

/** The candidate a person names: `12`, `shop 12`, `shop/12`. Nothing else may follow. */
export async function whichCandidate(cli: Cli, words: readonly string[]): Promise<CandidateName> {
  const { candidate, rest } = await candidateAnd(cli, words);
  if (candidate === null || rest.length > 0) throw unclear(words);
  return candidate;
}

/** The same, with the words that follow it; null: no number was given. */
export async function candidateAnd(
  cli: Cli,
  words: readonly string[],
): Promise<{ candidate: CandidateName | null; rest: string[] }> {
  const [first = '', ...others] = words.flatMap((word, at) => (at === 0 ? word.split('/') : word));
  if (isNumber(first))
    return { candidate: { app: await whichApp(cli), number: Number(first) }, rest: others };
  const [second = '', ...rest] = others;
  if (isNumber(second)) return { candidate: { app: first, number: Number(second) }, rest };
  return { candidate: null, rest: [...words] };
}

const isNumber = (word: string): boolean => /^\d{1,9}$/.test(word);

export const unclear = (words: readonly string[]): SignalboxError =>
  new SignalboxError({
    code: 'cli/which-candidate',
    what: `It is not clear which candidate is meant by "${words.join(' ')}".`,
    why: 'A candidate has a number, which is counted for each app.',
    fix: ['See which there are: signalbox candidates', 'Then: signalbox candidate 12, or shop 12'],
  });
