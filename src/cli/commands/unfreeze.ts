import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';

export function unfreezeCommand(cli: Cli): Command {
  return new Command('unfreeze')
    .argument('[app]', 'absent: the app of this directory')
    .addHelpText('after', '\nLifts all freezes, and says which.')
    .action(async (named: string | undefined) => {
      const app = named ?? (await whichApp(cli));
      const done = await (await cli.client()).call('unfreezeApp', { app });
      cli.print.result(done, ({ lifted }) =>
        [
          `${app} may go to production again.`,
          ...lifted.map(({ by, ends, reason }) => `Lifted: until ${ends}, by ${by}: ${reason}`),
        ].join('\n'),
      );
    });
}
