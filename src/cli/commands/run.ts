import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { commandLine } from '../command-line.ts';
import { whichEnvironment } from '../which-app.ts';

export function runCommand(cli: Cli): Command {
  return new Command('run')
    .argument('<env>', 'staging, production or a branch')
    .argument('<command...>', 'after --; one word alone is a line for the shell')
    .option('--service <name>', 'with the limits of this service')
    .addHelpText('after', '\nExits with the exit code of the command.')
    .action(async (env: string, words: string[], { service }: { service?: string }) => {
      const environment = await whichEnvironment(cli, env);
      const { terminalSession } = await import('../terminal-session.ts');
      const terminal = cli.print.interactive;
      const wish = { environment, command: commandLine(words), service, terminal };
      cli.exitCode = await terminalSession(await cli.client(), wish);
    });
}
