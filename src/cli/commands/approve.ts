import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { candidateWords, whichCandidate } from '../which-candidate.ts';

interface Options {
  stage?: string;
  note?: string;
}

export function approveCommand(cli: Cli): Command {
  return new Command('approve')
    .argument('<candidate...>', candidateWords)
    .option('--stage <name>', 'absent: the one that asks')
    .option('--note <text>', 'for those who wonder')
    .action(async (words: string[], { stage, note }: Options) => {
      const named = await whichCandidate(cli, words);
      const input = { ...named, stage, note };
      const answered = await (await cli.client()).call('approveCandidate', input);
      cli.print.result(answered, ({ text }) => text);
      cli.print.note(`→ signalbox candidate ${named.app} ${named.number} --follow`);
    });
}
