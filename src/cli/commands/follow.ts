import { Command } from 'commander';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Cli } from '../cli.ts';
import { followWork } from '../follow-work.ts';
import { currentBranch, whichApp } from '../which-app.ts';

export function followCommand(cli: Cli): Command {
  return new Command('follow')
    .argument('[branch]', 'absent: the branch that is checked out here')
    .action(async (given?: string) => {
      const branch = given ?? (await currentBranch(cli));
      const app = await whichApp(cli);
      const { pushes } = await (await cli.client()).call('listPushes', { app, branch, limit: 1 });
      const push = pushes[0];
      if (!push) throw noPush(app, branch);
      await followWork(cli, 'followPush', { push: push.id });
    });
}

function noPush(app: string, branch: string): SignalboxError {
  return new SignalboxError({
    code: 'cli/no-push',
    what: `Nothing has been pushed to ${branch} of ${app}.`,
    fix: [`git push signalbox ${branch}`],
  });
}
