import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { whichEnvironment } from '../which-app.ts';
import { wholeNumber } from '../whole-number.ts';
import { ago, short, stateStyle } from '../words.ts';

export function deploysCommand(cli: Cli): Command {
  return new Command('deploys')
    .argument('[env]', 'staging, production or a branch; absent: the branch checked out here')
    .option('--limit <count>', 'how many', wholeNumber, 20)
    .action(async (env: string | undefined, { limit }: { limit: number }) => {
      const environment = await whichEnvironment(cli, env);
      const result = await (await cli.client()).call('listDeploys', { environment, limit });
      cli.print.result(result, ({ deploys }) =>
        cli.print.rows(
          [
            { title: 'NUMBER' },
            { title: 'STATE', style: stateStyle },
            { title: 'COMMIT' },
            { title: 'STARTED' },
            { title: 'ID' },
            { title: 'WHY', least: 10 },
          ],
          deploys.map((deploy) => [
            String(deploy.number),
            deploy.state,
            short(deploy.commit),
            ago(deploy.startedAt),
            deploy.id,
            deploy.reason ?? '',
          ]),
        ),
      );
    });
}
