import { Command } from 'commander';
import { browse } from '../browse.ts';
import type { Cli } from '../cli.ts';

export function dashboardCommand(cli: Cli): Command {
  return new Command('dashboard')
    .addHelpText(
      'after',
      '\nSign in there with a token; the command line never puts one into a URL.',
    )
    .action(async () => {
      const client = await cli.client();
      // An address where nobody answers is of no use.
      await client.call('health', {});
      const url = `${client.url}/`;
      cli.print.result({ url }, () => url);
      if (!cli.globals().json && cli.print.interactive) browse(url, cli.env);
    });
}
