import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { showReplay, showRollouts, showStatus } from '../show-rollout.ts';
import { whichEnvironment } from '../which-app.ts';
import { wholeNumber } from '../whole-number.ts';

/** Where releases are rolled out to when nobody says otherwise. */
const usual = 'production';
const environmentArgument = ['[env]', `absent: ${usual}`] as const;

export function rolloutCommand(cli: Cli): Command {
  const command = new Command('rollout');
  command
    .command('status', { isDefault: true })
    .argument(...environmentArgument)
    .description('show how a release is doing on its way, and what a rollback would reach')
    .action(async (env = usual) => showStatus(cli, await whichEnvironment(cli, env)));
  command
    .command('list [env]')
    .description('list the rollouts of an environment; without one, those under way anywhere')
    .option('--limit <count>', 'how many', wholeNumber, 20)
    .action(async (env: string | undefined, { limit }: { limit: number }) => {
      const environment = env === undefined ? undefined : await whichEnvironment(cli, env);
      await showRollouts(cli, { environment, limit });
    });
  steering(command, cli);
  command
    .command('replay <rollout>')
    .description('make the verdict again from the counts that were written down, and compare')
    .action((rollout: string) => showReplay(cli, rollout));
  return command;
}

interface Steered {
  reason?: string;
  force?: boolean;
}

const whyOption = ['--reason <text>', 'why, for those who wonder'] as const;

function steering(command: Command, cli: Cli): void {
  command
    .command('pause')
    .argument(...environmentArgument)
    .description('let no further step begin; the judge still undoes a bad release')
    .requiredOption(...whyOption)
    .action(async (env = usual, { reason = '' }: Steered) => {
      const environment = await whichEnvironment(cli, env);
      const paused = await (await cli.client()).call('pauseRollout', { environment, reason });
      const says = `is paused by ${paused.pausedBy}.\n→ signalbox rollout resume ${env}`;
      cli.print.result(paused, () => `The rollout to ${environment} ${says}`);
    });
  command
    .command('resume')
    .argument(...environmentArgument)
    .description('let it go on')
    .option(...whyOption)
    .action(async (env = usual, { reason }: Steered) => {
      const environment = await whichEnvironment(cli, env);
      const resumed = await (await cli.client()).call('resumeRollout', { environment, reason });
      cli.print.result(resumed, () => `The rollout to ${environment} goes on.`);
    });
  command
    .command('promote')
    .argument(...environmentArgument)
    .description('give the release all requests without further steps')
    .option(...whyOption)
    .action(async (env = usual, { reason }: Steered) => {
      const environment = await whichEnvironment(cli, env);
      const promoted = await (await cli.client()).call('promoteRollout', { environment, reason });
      cli.print.result(promoted, () => `The release in ${environment} gets all requests now.`);
    });
  command
    .command('abort')
    .argument(...environmentArgument)
    .description('end it: what served before has all requests at once')
    .requiredOption(...whyOption)
    .option('--force', 'also where a commit is marked as not safe to roll back')
    .action(async (env = usual, { reason = '', force }: Steered) => {
      const environment = await whichEnvironment(cli, env);
      const input = { environment, reason, force };
      const ended = await (await cli.client()).call('abortRollout', input);
      cli.print.result(ended, () => `What served in ${environment} before has all requests again.`);
    });
}
