import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { followWork } from '../follow-work.ts';
import { whichApp } from '../which-app.ts';
import { short } from '../words.ts';

interface Options {
  on?: string;
  reason?: string;
  wait: boolean;
}

export function revertCommand(cli: Cli): Command {
  return new Command('revert')
    .argument('<commit>', 'at least four of its digits')
    .option('--on <branch>', 'absent: the main branch; one that is not there begins at main')
    .option('--reason <text>', 'why; it becomes part of the commit')
    .option('--no-wait', 'do not follow it')
    .addHelpText(
      'after',
      '\nThe new commit goes the way of any push: checks, build, stages. What serves now is undone at once by: signalbox rollback',
    )
    .action(async (commit: string, { on, reason, wait }: Options) => {
      const app = await whichApp(cli);
      const made = await (await cli.client()).call('revertCommit', { app, commit, on, reason });
      const words = `${short(made.commit)} on ${made.branch} of ${app}: ${made.subject}`;
      if (wait && made.push !== null) {
        cli.print.note(words);
        await followWork(cli, 'followPush', { push: made.push });
      } else cli.print.result(made, () => words);
    });
}
