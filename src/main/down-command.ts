import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { usualDataDirectory } from './usual-data-directory.ts';

interface DownOptions {
  data?: string;
  files?: string;
}

export function downCommand(cli: Cli): Command {
  return new Command('down')
    .option('--data <directory>', "the controller's own directory (SIGNALBOX_DATA)")
    .option('--files <directory>', 'what all controllers of one database share; absent: --data')
    .addHelpText('after', '\nNo data is lost: signalbox up starts again what served.')
    .action((options: DownOptions) => down(cli, options));
}

async function down(cli: Cli, options: DownOptions): Promise<void> {
  const { takeDown } = await import('./take-down.ts');
  const data = resolve(cli.directory, options.data ?? usualDataDirectory(cli.env));
  const files = options.files === undefined ? data : resolve(cli.directory, options.files);
  const ended = await takeDown({ data, files });
  cli.print.result({ ...ended, data, files }, () =>
    [
      ended.controller ? 'The controller has ended.' : 'No controller was running.',
      `${ended.workloads} processes of apps, the gateway and the database are down; the data in ${data} stays.`,
      'Start again: signalbox up',
    ].join('\n'),
  );
}
