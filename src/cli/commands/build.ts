import { Command } from 'commander';
import type { Output } from '../../api/contract/all.ts';
import type { Cli } from '../cli.ts';
import { followWork } from '../follow-work.ts';
import { currentBranch, whichApp } from '../which-app.ts';

export function buildCommand(cli: Cli): Command {
  return new Command('build')
    .argument('[branch]', 'absent: the branch checked out here')
    .option('--no-wait', 'do not wait until it is there')
    .action(async (named: string | undefined, { wait }: { wait: boolean }) => {
      const branch = named ?? (await currentBranch(cli));
      const app = await whichApp(cli);
      const building = await (await cli.client()).call('buildBranch', { app, branch });
      // With --json one document is printed: how it ended, or what was asked for.
      if (!wait) return cli.print.result(building, (one) => where(branch, one));
      cli.print.note(where(branch, building));
      await followWork(cli, 'followPush', { push: building.push });
    });
}

function where(branch: string, { node, url }: Output<'buildBranch'>): string {
  const place = node === null ? '' : ` for node-${node}`;
  return `${branch} is being built${place}: ${url}`;
}
