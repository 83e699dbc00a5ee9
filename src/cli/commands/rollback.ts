import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { followWork } from '../follow-work.ts';
import { whichEnvironment } from '../which-app.ts';
import { short } from '../words.ts';

interface Options {
  reason: string;
  force?: boolean;
  wait: boolean;
}

export function rollbackCommand(cli: Cli): Command {
  return new Command('rollback')
    .argument('<env>', 'staging, production or a branch')
    .argument('[release]', "a deploy's number or id, or a commit; absent: the one before")
    .requiredOption('--reason <text>', 'why, for those who wonder')
    .option('--force', 'also over a commit that is marked as not safe to roll back')
    .option('--no-wait', 'do not wait for a release that has to start again')
    .action(async (env: string, release: string | undefined, options: Options) => {
      const environment = await whichEnvironment(cli, env);
      const { reason, force, wait } = options;
      const input = { environment, release, reason, force };
      const done = await (await cli.client()).call('rollBack', input);
      const { kind, from, to, compatible, deploy } = done;
      const where = `from deploy ${from.number} (${short(from.commit)}) to ${to.number} (${short(to.commit)})`;
      const words =
        kind === 'at once'
          ? `${environment} is back ${where}: all requests go there now.`
          : `${environment} goes back ${where}, which does not run any more: it starts again.`;
      const followed = kind !== 'at once' && wait ? deploy : null;
      if (followed === null) cli.print.result(done, () => words);
      else cli.print.note(words);
      cli.print.note(`Schema: ${compatible}.`);
      // Candidates never come to a preview, so it has no lane.
      if (!environment.includes('/preview/')) cli.print.note(laneWords(env));
      if (followed !== null) await followWork(cli, 'followDeploy', { deploy: followed });
    });
}

const laneWords = (env: string): string =>
  `Its lane is locked: no candidate is released there.\n→ signalbox lane ${env} lift --reason "…"`;
