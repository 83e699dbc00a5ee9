import { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { complete } from '../cli/complete.ts';
import { cliReference } from '../cli/reference.ts';
import { cliEntries } from './cli-entries.ts';

/** Asked by the completion scripts on each Tab. */
export function completeCommand(cli: Cli): Command {
  return new Command('__complete').argument('[words...]').action(async (words: string[]) => {
    for (const line of await complete(cli, cliEntries, words)) cli.print.line(line);
  });
}

/** `bin/signalbox __reference > docs/guides/cli.md` after a command has changed. */
export function referenceCommand(cli: Cli): Command {
  return new Command('__reference').action(async () => {
    cli.print.line((await cliReference(cliEntries)).trimEnd());
  });
}
