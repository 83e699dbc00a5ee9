import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import {
  createEnvironment,
  destroyEnvironment,
  keep,
  resetData,
  restart,
  unkeep,
} from '../change-environment.ts';
import { listEnvironments, showEnvironment } from '../show-environment.ts';
import { setVariables, showVariables } from '../variables.ts';

export function envCommand(cli: Cli): Command {
  const command = new Command('env');
  showing(command, cli);
  changing(command, cli);
  variables(command, cli);
  return command;
}

function showing(command: Command, cli: Cli): void {
  command
    .command('list')
    .description('list the environments')
    .option('--all', 'of all apps')
    .action((options: { all?: boolean }) => listEnvironments(cli, options));
  command
    .command('show [env]')
    .description('show one environment')
    .action((env?: string) => showEnvironment(cli, env));
}

function changing(command: Command, cli: Cli): void {
  command
    .command('create <branch>')
    .description('make the preview of a branch that has none')
    .option('--no-wait', 'do not wait until it is there')
    .action((branch: string, options: { wait: boolean }) =>
      createEnvironment(cli, branch, options),
    );
  command
    .command('destroy <env>')
    .description('destroy an environment with its data')
    .option('-y, --yes', 'do not ask')
    .option('--confirm <name>', 'the name once more, for staging and production')
    .option('--no-wait', 'do not wait until it is gone')
    .action((env: string, options: { yes?: boolean; confirm?: string; wait: boolean }) =>
      destroyEnvironment(cli, env, options),
    );
  command
    .command('keep <env>')
    .description('keep an environment from being swept, until a time')
    .requiredOption('--until <time>', 'a date (2026-12-24), a time (ISO 8601) or a duration (3d)')
    .requiredOption('--reason <text>', 'why, for those who wonder')
    .action((env: string, options: { until: string; reason: string }) => keep(cli, env, options));
  command
    .command('unkeep <env>')
    .description('end keeping it')
    .action((env: string) => unkeep(cli, env));
  command
    .command('reset-data <env>')
    .description('throw its data away and seed it anew')
    .option('--snapshot <id>', 'from this snapshot')
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'do not wait until it is done')
    .action((env: string, options: { snapshot?: string; yes?: boolean; wait: boolean }) =>
      resetData(cli, env, options),
    );
  command
    .command('restart <env> <service>')
    .description('restart the instances of a service')
    .action((env: string, service: string) => restart(cli, env, service));
}

function variables(command: Command, cli: Cli): void {
  command
    .command('vars <env>')
    .description('show its variables; what looks secret is masked')
    .action((env: string) => showVariables(cli, env));
  command
    .command('set <env> <name=value...>')
    .description('override variables of this one environment')
    .action((env: string, pairs: string[]) => setVariables(cli, env, { set: pairs }));
  command
    .command('unset <env> <name...>')
    .description('end overriding variables')
    .action((env: string, names: string[]) => setVariables(cli, env, { unset: names }));
}
