import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

const usualFile = 'signalbox.yaml';

/** Works without a controller: what it would say is said here, before the push. */
export function configCommand(cli: Cli): Command {
  const command = new Command('config');
  command
    .command('check [file]')
    .description('say whether the file is valid, and what in it is not yet active')
    .action(async (file: string = usualFile) => {
      const { loadConfig } = await import('../config/load.ts');
      const { notes } = loadConfig(await read(cli, file));
      cli.print.result({ valid: true, notes }, () => [`${file} is valid.`, ...notes].join('\n'));
    });
  command
    .command('explain [file]')
    .description('print the file with every default filled in')
    .action(async (file: string = usualFile) => {
      const { loadConfig } = await import('../config/load.ts');
      const { explainConfig } = await import('../config/explain.ts');
      const { config } = loadConfig(await read(cli, file));
      cli.print.result(config, () => explainConfig(config).trimEnd());
    });
  command
    .command('schema')
    .description('print its JSON Schema, for editors')
    .action(async () => {
      const { configJsonSchema } = await import('../config/json-schema.ts');
      cli.print.json(configJsonSchema());
    });
  return command;
}

async function read(cli: Cli, file: string): Promise<string> {
  try {
    return await readFile(resolve(cli.directory, file), 'utf8');
  } catch (error) {
    throw new SignalboxError({
      code: 'config/no-file',
      what: `${file} cannot be read.`,
      why: error instanceof Error ? error.message : undefined,
      fix: ['Go to the root of the app, where signalbox.yaml lies, or name the file.'],
    });
  }
}
