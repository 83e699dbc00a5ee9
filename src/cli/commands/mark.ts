import { Argument, Command } from 'commander';
import type { Input } from '../../api/contract/all.ts';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';

type Mark = Input<'markCommit'>['mark'];

export function markCommand(cli: Cli): Command {
  return new Command('mark')
    .argument('<commit>', 'at least four of its digits')
    .addArgument(
      new Argument('<mark>', 'what everybody should know of it').choices([
        'not-safe-to-roll-back',
        'reverted',
      ]),
    )
    .requiredOption('--reason <text>', 'why, for those who wonder')
    .action(async (commit: string, mark: Mark, { reason }: { reason: string }) => {
      const app = await whichApp(cli);
      const marked = await (await cli.client()).call('markCommit', { app, commit, mark, reason });
      cli.print.result(marked, ({ text }) => text);
    });
}
