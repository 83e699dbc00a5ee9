import { Command } from 'commander';
import { browse } from '../browse.ts';
import type { Cli } from '../cli.ts';
import { whichEnvironment } from '../which-app.ts';

export function openCommand(cli: Cli): Command {
  return new Command('open')
    .argument('[env]', 'staging, production or a branch; absent: the branch checked out here')
    .action(async (env?: string) => {
      const environment = await whichEnvironment(cli, env);
      const { url, state } = await (await cli.client()).call('getEnvironment', { environment });
      cli.print.result({ url, state }, () => url);
      if (state !== 'live') cli.print.note(`It is ${state}.\n→ signalbox doctor ${environment}`);
      if (!cli.globals().json && cli.print.interactive) browse(url, cli.env);
    });
}
