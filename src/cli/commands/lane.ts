import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { whichEnvironment } from '../which-app.ts';
import { ago, short } from '../words.ts';

interface Options {
  reason?: string;
}

export function laneCommand(cli: Cli): Command {
  return new Command('lane')
    .argument('<env>', 'staging, production or the environment of a stage')
    .argument('[what]', 'lock or lift; absent: show')
    .option('--reason <text>', 'why, for those who wonder; needed to lock and to lift')
    .addHelpText(
      'after',
      '\nWhile a lane is locked, no candidate is released there. A rollback locks it.',
    )
    .action(
      async (env: string, what: string | undefined, { reason }: Options, command: Command) => {
        const environment = await whichEnvironment(cli, env);
        if (what === undefined) return show(cli, environment);
        if (what !== 'lock' && what !== 'lift')
          command.error(`error: "${what}" is neither lock nor lift`);
        if (reason === undefined)
          command.error("error: required option '--reason <text>' not specified");
        await (what === 'lock' ? lock : lift)(cli, { environment, env, reason: reason ?? '' });
      },
    );
}

interface Asked {
  environment: string;
  env: string;
  reason: string;
}

const liftStep = (env: string): string => `→ signalbox lane ${env} lift --reason "…"`;

async function show(cli: Cli, environment: string): Promise<void> {
  const { lock, locks } = await (await cli.client()).call('getLane', { environment });
  cli.print.result({ lock, locks }, () => {
    if (locks.length === 0) return `The lane of ${environment} is open.`;
    return locks
      .map(({ commit, at, by, reason }) => {
        const bad = commit === null ? '' : ` because of ${short(commit)}`;
        return `The lane of ${environment} was locked${bad} ${ago(at)} by ${by}: ${reason}`;
      })
      .join('\n');
  });
}

async function lock(cli: Cli, { environment, env, reason }: Asked): Promise<void> {
  const locked = await (await cli.client()).call('lockLane', { environment, reason });
  cli.print.result(
    locked,
    () => `The lane of ${environment} is locked: no candidate is released there.\n${liftStep(env)}`,
  );
}

async function lift(cli: Cli, { environment, reason }: Asked): Promise<void> {
  const lifted = await (await cli.client()).call('liftLane', { environment, reason });
  cli.print.result(lifted, ({ text }) => text);
}
