import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { candidateWords, whichCandidate } from '../which-candidate.ts';

export function stopCommand(cli: Cli): Command {
  return new Command('stop')
    .argument('<candidate...>', candidateWords)
    .requiredOption('--reason <text>', 'why, for those who wonder')
    .addHelpText('after', '\nOnce it is being deployed to its last stage: signalbox rollout abort')
    .action(async (words: string[], { reason }: { reason: string }) => {
      const input = { ...(await whichCandidate(cli, words)), reason };
      const stopped = await (await cli.client()).call('stopCandidate', input);
      cli.print.result(stopped, ({ text }) => text);
    });
}
