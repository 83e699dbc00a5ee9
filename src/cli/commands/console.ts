import { Command } from 'commander';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Cli } from '../cli.ts';
import { commandLine } from '../command-line.ts';
import { whichEnvironment } from '../which-app.ts';

export function consoleCommand(cli: Cli): Command {
  return new Command('console')
    .argument('<env>', 'staging, production or a branch')
    .argument('[command...]', 'after --; absent: a shell')
    .option('--service <name>', 'with the limits of this service')
    .action(async (env: string, words: string[], { service }: { service?: string }) => {
      if (!cli.print.interactive) throw noTerminal(env);
      const environment = await whichEnvironment(cli, env);
      const { terminalSession } = await import('../terminal-session.ts');
      const command = words.length > 0 ? commandLine(words) : undefined;
      const wish = { environment, command, service, terminal: true };
      cli.exitCode = await terminalSession(await cli.client(), wish);
    });
}

function noTerminal(env: string): SignalboxError {
  return new SignalboxError({
    code: 'cli/no-terminal',
    what: 'A console needs a terminal at both ends.',
    fix: [`In a script, use: signalbox run ${env} -- COMMAND`],
  });
}
