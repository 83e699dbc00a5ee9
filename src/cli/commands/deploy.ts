import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { followWork } from '../follow-work.ts';
import { whichEnvironment } from '../which-app.ts';

export function deployCommand(cli: Cli): Command {
  return new Command('deploy')
    .argument('[env]', 'staging, production or a branch; absent: the branch checked out here')
    .argument('[commit]', 'absent: the newest commit of its branch, once more')
    .option('--deploy <id>', 'an earlier deploy, exactly as it was')
    .option('--no-wait', 'do not wait until it has ended')
    .action(async (env: string | undefined, commit: string | undefined, options: Options) => {
      const environment = await whichEnvironment(cli, env);
      const client = await cli.client();
      const input = { environment, commit, deploy: options.deploy };
      const started = await client.call('deployEnvironment', input);
      if (options.wait) await followWork(cli, 'followDeploy', started);
      else cli.print.result(started, ({ deploy }) => `Deploy ${deploy} has begun.`);
    });
}

interface Options {
  deploy?: string;
  wait: boolean;
}
