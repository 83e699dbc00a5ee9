import { Command } from 'commander';
import type { Cli } from '../cli.ts';

export function versionCommand(cli: Cli): Command {
  return new Command('version').action(() => {
    const { version } = cli;
    cli.print.result({ version, node: process.version }, () => version);
  });
}
