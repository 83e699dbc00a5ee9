import type { Argument, Command } from 'commander';
import { commandGroups, type CommandEntry } from './cli.ts';
import { adopted, emptyProgram, newCli } from './run-cli.ts';

const introduction = `# The command line

Made from the commands themselves by \`bin/signalbox __reference > docs/guides/cli.md\`; a test says when it is old.

**Which controller?** In this order: \`--url\` and \`--token\`; \`SIGNALBOX_URL\` and \`SIGNALBOX_TOKEN\`; what
\`signalbox login\` kept; a controller that runs on this machine for you. Where \`SIGNALBOX_DATA\` is set, the controller
that runs there comes before a login.

**Which app?** \`--app\`; the app whose git remote this directory has; the only app there is.

**ENV** is \`staging\`, \`production\`, a branch, or \`APP/staging\`, \`APP/production\`, \`APP/preview/BRANCH\`. Where it may be
left out, the branch that is checked out in this directory is meant. The main branch means staging. A branch that is
itself called \`staging\` is \`preview/staging\`.

**Exit codes:** 0 done, 1 refused or failed, 2 the command line is wrong. \`run\` and \`console\` exit with the code of their
command. With \`--json\` results are JSON on stdout and refusals are JSON on stderr. \`NO_COLOR\` is honoured. Ctrl-C stops
watching, never the work.`;

/** docs/guides/cli.md: every command with its arguments and options, as commander knows them. */
export async function cliReference(entries: readonly CommandEntry[]): Promise<string> {
  const program = emptyProgram('0');
  const cli = newCli(program, '0');
  const sections = [introduction, '## Options of every command', optionList(program)];
  for (const group of commandGroups) {
    sections.push(`## ${group}`);
    for (const entry of entries.filter((entry) => entry.group === group)) {
      const command = adopted((await entry.load())(cli).description(entry.summary), program);
      sections.push(...commandSections(command, 'signalbox'));
    }
  }
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function commandSections(command: Command, path: string): string[] {
  const called = `${path} ${command.name()}`;
  if (command.commands.length > 0) {
    return [
      `### ${called}`,
      sentence(command.description()),
      ...command.commands.flatMap((child) => leafSections(child, { called, depth: 4 })),
    ];
  }
  return leafSections(command, { called: path, depth: 3 });
}

function leafSections(
  command: Command,
  { called, depth }: { called: string; depth: number },
): string[] {
  const usage = [called, command.name(), ...command.registeredArguments.map(argumentText)].join(
    ' ',
  );
  const about = command.registeredArguments
    .filter(({ description }) => description)
    .map((argument) => `- \`${argument.name()}\`: ${argument.description}`)
    .join('\n');
  return [
    `${'#'.repeat(depth)} ${called} ${command.name()}`,
    sentence(command.description()),
    `    ${usage}`,
    about,
    optionList(command),
  ];
}

function argumentText(argument: Argument): string {
  const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${text}>` : `[${text}]`;
}

function optionList(command: Command): string {
  return command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => {
      const fallback = option.defaultValue as unknown;
      const isTold = typeof fallback === 'string' || typeof fallback === 'number';
      const { argChoices: choices } = option;
      return [
        `- \`${option.flags}\`: ${option.description}`,
        option.mandatory ? ' (required)' : '',
        choices ? ` (${choices.join(', ')})` : '',
        isTold ? ` (default: ${fallback})` : '',
      ].join('');
    })
    .join('\n');
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
}
