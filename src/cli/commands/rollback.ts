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
      if (kind === 'at once' || deploy === null || !wait) {
        const how = kind === 'at once' ? 'all requests go there now' : 'it starts again';
        cli.print.result(done, () => `${environment} is back ${where}: ${how}.`);
      }
      cli.print.note(`Schema: ${compatible}.`);
      cli.print.note(
        `No candidate is released there before: signalbox lane ${env} lift --reason "…"`,
      );
      if (kind === 'at once' || deploy === null || !wait) return;
      cli.print.note(
        `${environment} goes back ${where}, which does not run any more: it starts again.`,
      );
      await followWork(cli, 'followDeploy', { deploy });
    });
}
