import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import type { UpFlags } from './up.ts';
import { usualAddresses } from './usual-addresses.ts';

export function upCommand(cli: Cli): Command {
  return new Command('up')
    .option('--data <directory>', "this controller's own directory (SIGNALBOX_DATA)")
    .option('--files <directory>', 'what all controllers of one database share; absent: --data')
    .option('--listen <address>', 'where API and git are served', usualAddresses.listen)
    .option(
      '--gateway <address>',
      'where previews and production are served',
      usualAddresses.gateway,
    )
    .option('--domain <name>', 'below which every environment has its host', usualAddresses.domain)
    .addHelpText(
      'after',
      '\nDATABASE_URL replaces the embedded PostgreSQL. Ctrl-C stops the controller only.',
    )
    .action(async (flags: UpFlags) => {
      // Drivers, database and workflows: nobody who asks for help waits for them.
      const { up } = await import('./up.ts');
      const data = flags.data === undefined ? {} : { data: resolve(cli.directory, flags.data) };
      await up({ ...flags, ...data });
    });
}
