import { Command } from 'commander';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Cli } from '../cli.ts';
import { followWork } from '../follow-work.ts';
import { showCandidate } from '../show-candidate.ts';
import { whichApp } from '../which-app.ts';
import { candidateWords, whichCandidate, type CandidateName } from '../which-candidate.ts';

export function candidateCommand(cli: Cli): Command {
  return new Command('candidate')
    .argument('[candidate...]', `${candidateWords}; absent: the newest`)
    .option('--follow', 'tell what happens until it has ended')
    .action(async (words: string[], { follow }: { follow?: boolean }) => {
      const named = await nameOf(cli, words);
      if (follow) await followWork(cli, 'followCandidate', named);
      else await showCandidate(cli, named);
    });
}

/** An app alone stands for its newest. */
async function nameOf(cli: Cli, words: readonly string[]): Promise<CandidateName> {
  const [only, ...others] = words;
  const isNone = only === undefined || (others.length === 0 && /^[a-z][a-z0-9-]*$/.test(only));
  if (!isNone) return whichCandidate(cli, words);
  const app = only ?? (await whichApp(cli));
  const { candidates } = await (await cli.client()).call('listCandidates', { app, limit: 1 });
  const [newest] = candidates;
  if (newest) return { app, number: newest.number };
  throw new SignalboxError({
    code: 'cli/no-candidate',
    what: `${app} has no candidate yet.`,
    why: 'A commit on its main branch that is checked and built becomes one.',
    fix: ['git push signalbox main'],
  });
}
