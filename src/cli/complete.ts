import type { Argument, Command } from 'commander';
import type { Cli, CommandEntry } from './cli.ts';
import { adopted, emptyProgram } from './run-cli.ts';
import { environmentName } from './which-app.ts';

interface Offer {
  value: string;
  help: string;
}

const answerWithinMs = 1500;
/** Shells put an offer into the command line as it is, and a branch may be called `;reboot`. */
const harmless = /^[\p{L}\p{N}\w@%+=:,./-]+$/u;

/** What may stand where the last word is being typed: `value<Tab>help` for each. */
export async function complete(
  cli: Cli,
  entries: readonly CommandEntry[],
  words: readonly string[],
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const offers = await offersFor(cli, entries, { before, typed });
  return offers
    .filter(({ value }) => value.startsWith(typed) && harmless.test(value))
    .map(({ value, help }) => (help ? `${value}\t${help}` : value));
}

async function offersFor(
  cli: Cli,
  entries: readonly CommandEntry[],
  { before, typed }: { before: readonly string[]; typed: string },
): Promise<Offer[]> {
  if (before.at(-1) === '--app') return apps(cli);
  if (before.includes('--')) return [];
  const plain = before.filter((word, at) => !word.startsWith('-') && before[at - 1] !== '--app');
  const entry = entries.find(({ name }) => name === plain[0]);
  if (!entry && plain.length > 0) return [];
  const program = emptyProgram(cli.version);
  if (!entry) return typed.startsWith('-') ? options(program) : shown(entries);
  const { command, rest } = descend(adopted((await entry.load())(cli), program), plain.slice(1));
  if (typed.startsWith('-')) return [...options(command), ...options(program)];
  if (command.commands.length > 0) {
    return command.commands.map((child) => ({ value: child.name(), help: child.description() }));
  }
  const { registeredArguments: expected } = command;
  return argumentOffers(
    cli,
    expected[rest.length] ?? expected.findLast(({ variadic }) => variadic),
  );
}

function shown(entries: readonly CommandEntry[]): Offer[] {
  return entries
    .filter(({ group }) => group !== null)
    .map(({ name, summary }) => ({ value: name, help: summary }));
}

function descend(command: Command, words: string[]): { command: Command; rest: string[] } {
  const child = command.commands.find((child) => child.name() === words[0]);
  return child ? descend(child, words.slice(1)) : { command, rest: words };
}

function options(command: Command): Offer[] {
  return command.options.map(({ long, description }) => ({ value: long ?? '', help: description }));
}

async function argumentOffers(cli: Cli, argument: Argument | undefined): Promise<Offer[]> {
  if (argument?.argChoices) return argument.argChoices.map((value) => ({ value, help: '' }));
  if (argument?.name() === 'app') return apps(cli);
  if (argument?.name() === 'env' || argument?.name() === 'branch') return environments(cli);
  return [];
}

/** A shell that waits for a name is worse than one that knows none. */
async function quickly(find: () => Promise<Offer[]>): Promise<Offer[]> {
  const late = new Promise<Offer[]>((resolve) => {
    setTimeout(resolve, answerWithinMs, []).unref();
  });
  return Promise.race([find().catch(() => []), late]);
}

function apps(cli: Cli): Promise<Offer[]> {
  return quickly(async () => {
    const { apps } = await (await cli.client()).call('listApps', {});
    return apps.map(({ name }) => ({ value: name, help: '' }));
  });
}

function environments(cli: Cli): Promise<Offer[]> {
  return quickly(async () => {
    const { environments } = await (await cli.client()).call('listEnvironments', {});
    const several = new Set(environments.map(({ app }) => app)).size > 1;
    return environments.map(({ app, name, branch, kind, state }) => {
      const short = kind === 'preview' && environmentName(branch) === name ? branch : name;
      return { value: several ? `${app}/${name}` : short, help: state };
    });
  });
}
