import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { ask, readInput } from '../ask.ts';
import type { Cli } from '../cli.ts';
import { environmentName, whichApp } from '../which-app.ts';
import { ago } from '../words.ts';

const forWhom = 'all previews (preview), staging, production, or one branch';

export function secretCommand(cli: Cli): Command {
  const command = new Command('secret');
  command
    .command('set <name>')
    .description('set a secret: asked for, or read from stdin')
    .requiredOption('--for <scope>', forWhom)
    .option('--from-file <file>', 'read it from a file')
    .action((name: string, options: { for: string; fromFile?: string }) => set(cli, name, options));
  command
    .command('list')
    .description('list the names of secrets; their values are shown nowhere')
    .action(() => list(cli));
  command
    .command('unset <name>')
    .description('forget a secret')
    .requiredOption('--for <scope>', forWhom)
    .action((name: string, options: { for: string }) => unset(cli, name, options));
  return command;
}

async function set(
  cli: Cli,
  argument: string,
  options: { for: string; fromFile?: string },
): Promise<void> {
  const name = nameOf(argument);
  const app = await whichApp(cli);
  const client = await cli.client();
  const value = await readSecret(cli, name, options.fromFile);
  const scope = scopeOf(options.for);
  const result = await client.call('setSecret', { app, scope, name, value });
  cli.print.result(result, ({ text }) => text);
}

/** NAME or NAME=-, never NAME=VALUE: command lines are kept in histories and seen by every process. */
function nameOf(argument: string): string {
  const name = argument.replace(/=-$/, '');
  if (!name.includes('=')) return name;
  throw new SignalboxError({
    code: 'cli/secret-in-command-line',
    what: 'The secret was not set, because its value stood in the command line.',
    why: 'Shells keep what was typed, and every process of this machine may read it.',
    fix: [
      `Type it when asked: signalbox secret set ${name.split('=')[0]} --for preview`,
      'Or pipe it in, or use --from-file FILE.',
      'Change this value if others use this machine.',
    ],
  });
}

async function readSecret(cli: Cli, name: string, file: string | undefined): Promise<string> {
  if (file === '-' || (!file && !cli.print.interactive)) return readInput();
  if (!file) return ask(`${name}: `, { echo: false });
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new SignalboxError({
      code: 'cli/no-file',
      what: `${file} cannot be read.`,
      why: error instanceof Error ? error.message : undefined,
      fix: ['Check the path.'],
    });
  }
}

function scopeOf(text: string): string {
  return text === 'preview' ? text : environmentName(text);
}

async function list(cli: Cli): Promise<void> {
  const app = await whichApp(cli);
  const result = await (await cli.client()).call('listSecrets', { app });
  cli.print.result(result, ({ secrets }) =>
    secrets.length === 0
      ? 'There is no secret yet.\n→ signalbox secret set NAME --for preview'
      : cli.print.rows(
          [{ title: 'NAME' }, { title: 'FOR' }, { title: 'SET BY' }, { title: 'SET' }],
          secrets.map(({ name, scope, setBy, setAt }) => [name, scope, setBy, ago(setAt)]),
        ),
  );
}

async function unset(cli: Cli, name: string, options: { for: string }): Promise<void> {
  const app = await whichApp(cli);
  const input = { app, scope: scopeOf(options.for), name };
  cli.print.result(await (await cli.client()).call('unsetSecret', input), ({ text }) => text);
}
