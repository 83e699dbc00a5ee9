import { Command, CommanderError, Help, type Option } from 'commander';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Client } from './client.ts';
import type { Cli, CommandEntry, GlobalOptions } from './cli.ts';
import { printer } from './printer.ts';

export interface RunCliOptions {
  /** Without node and the script. */
  argv: readonly string[];
  entries: readonly CommandEntry[];
  version: string;
}

const failed = 1;
const misused = 2;

/** Runs one command line and answers with the exit code. Only the code of the command called is loaded. */
export async function runCli({ argv, entries, version }: RunCliOptions): Promise<number> {
  leaveQuietlyWhenNobodyReads();
  const program = emptyProgram(version);
  const cli = newCli(program, version);
  try {
    await addCommands(program, { cli, argv, entries });
    if (argv.length === 0) cli.print.line(program.helpInformation().trimEnd());
    else await program.parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    return report(error, cli, helpFor(program, argv));
  }
}

export function emptyProgram(version: string): Command {
  return new Command('signalbox')
    .description('From git push to production: every branch gets a living environment.')
    .version(version, '--version', 'print the version')
    .option('--app <name>', 'the app, where the directory does not tell it')
    .option('--json', 'print JSON')
    .option('--url <url>', "the controller's address")
    .option('--token <token>', 'the token that opens it')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, optionDescription })
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(true)
    .exitOverride();
}

function optionDescription(this: Help, option: Option): string {
  const text = Help.prototype.optionDescription.call(this, option);
  return option.mandatory ? `${text} (required)` : text;
}

export function newCli(program: Command, version: string): Cli {
  let connected: Promise<Client> | null = null;
  const globals = (): GlobalOptions => program.opts<GlobalOptions>();
  return {
    env: process.env,
    directory: process.cwd(),
    version,
    globals,
    client: () => (connected ??= connect(globals())),
    print: printer(() => globals().json === true),
    exitCode: 0,
  };
}

async function connect({ url, token }: GlobalOptions): Promise<Client> {
  // The contract and zod take longer to load than all the rest: help does without.
  const [{ findConnection }, { client }] = await Promise.all([
    import('./connection.ts'),
    import('./client.ts'),
  ]);
  return client(await findConnection({ url, token, env: process.env }));
}

/** The whole table of commands for help and suggestions, the real command for the word that was typed. */
async function addCommands(
  program: Command,
  { cli, argv, entries }: { cli: Cli; argv: readonly string[]; entries: readonly CommandEntry[] },
): Promise<void> {
  const word = calledCommand(program, argv);
  for (const entry of entries) {
    const command =
      entry.name === word ? (await entry.load())(cli) : new Command(entry.name).helpOption(false);
    program.commandsGroup(entry.group ?? '');
    program.addCommand(adopted(command.description(entry.summary), program), {
      hidden: entry.group === null,
    });
  }
}

/** The first word that is neither an option nor an option's value. */
function calledCommand(program: Command, argv: readonly string[]): string | undefined {
  const takesValue = program.options.filter(({ required }) => required).map(({ long }) => long);
  return argv.find((word, at) => !word.startsWith('-') && !takesValue.includes(argv[at - 1]));
}

/** Settings are inherited by commands made from their parent, not by those that are added to it. */
export function adopted(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent).helpCommand(false);
  for (const child of command.commands) adopted(child, command);
  return command;
}

/** Of the command that was called, or of the one inside it. */
function helpFor(program: Command, argv: readonly string[]): string {
  const word = calledCommand(program, argv);
  const called = program.commands.find((command) => command.name() === word);
  const inner = called?.commands.map((command) => command.name()) ?? [];
  const second = argv.slice(argv.indexOf(word ?? '') + 1).find((next) => inner.includes(next));
  return ['signalbox', called?.name(), second, '--help'].filter(Boolean).join(' ');
}

function report(error: unknown, cli: Cli, help: string): number {
  if (error instanceof CommanderError) return reportMisuse(error, help);
  const refusal = error instanceof SignalboxError ? error : null;
  if (!refusal) {
    process.stderr.write(`${bugText(error)}\n`);
    return failed;
  }
  if (cli.globals().json) {
    const { code, what, why, fix } = refusal;
    process.stderr.write(`${JSON.stringify({ code, what, why, fix })}\n`);
  } else {
    process.stderr.write(`${refusal.message}\n`);
  }
  return failed;
}

function reportMisuse({ exitCode, code, message }: CommanderError, help: string): number {
  if (exitCode === 0) return 0;
  // Commander prints the help itself where a command of commands was called alone.
  if (code === 'commander.help') return misused;
  const [what = '', hint = ''] = message.replace(/^error: /, '').split('\n');
  const nearest = /Did you mean (?:one of )?(.+)\?/.exec(hint)?.[1]?.split(', ')[0];
  const see = nearest ? `→ Did you mean "${nearest}"?\n` : '';
  process.stderr.write(
    `${what[0]?.toUpperCase()}${what.slice(1).replace(/\.$/, '')}.\n${see}→ See what there is: ${help}\n`,
  );
  return misused;
}

function bugText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a bug in signalbox; please report it.\n${text}`;
}

/** `signalbox … | head` ends like any other program. */
function leaveQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
