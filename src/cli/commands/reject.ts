import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { candidateWords, whichCandidate } from '../which-candidate.ts';

interface Options {
  stage?: string;
  note: string;
}

export function rejectCommand(cli: Cli): Command {
  return new Command('reject')
    .argument('<candidate...>', candidateWords)
    .option('--stage <name>', 'absent: the one that asks')
    .requiredOption('--note <text>', 'why, for those who wonder')
    .action(async (words: string[], { stage, note }: Options) => {
      const input = { ...(await whichCandidate(cli, words)), stage, note };
      const answered = await (await cli.client()).call('rejectCandidate', input);
      cli.print.result(answered, ({ text }) => text);
    });
}
