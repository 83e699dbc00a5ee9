import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { candidateAnd, candidateWords, unclear } from '../which-candidate.ts';

export function skipCommand(cli: Cli): Command {
  return new Command('skip')
    .argument('<candidate-and-stage...>', `${candidateWords}; then the stage`)
    .requiredOption('--reason <text>', 'why, for those who wonder')
    .addHelpText('after', '\nOnly a stage that is optional and has not begun can be skipped.')
    .action(async (words: string[], { reason }: { reason: string }) => {
      const { candidate, rest } = await candidateAnd(cli, words);
      const [stage, ...others] = rest;
      if (candidate === null || stage === undefined || others.length > 0) throw unclear(words);
      const input = { ...candidate, stage, reason };
      const skipped = await (await cli.client()).call('skipStage', input);
      cli.print.result(skipped, ({ text }) => text);
    });
}
