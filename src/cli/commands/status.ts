import { Command } from 'commander';
import type { Output } from '../../api/contract/all.ts';
import type { Cli } from '../cli.ts';
import { ago, facts, roughly } from '../words.ts';

type Status = Output<'getStatus'>;

export function statusCommand(cli: Cli): Command {
  return new Command('status')
    .addHelpText('after', '\nExits with 1 when something is not as it must be.')
    .action(async () => {
      const client = await cli.client();
      const status = await client.call('getStatus', {});
      if (!status.ok) cli.exitCode = 1;
      cli.print.result(status, () => told(cli, client.url, status));
    });
}

function told(cli: Cli, url: string, status: Status): string {
  const { gateway, database, runtime, version } = status;
  const part = ({ ok, text }: Status['gateway']): string => mark(cli, ok, text);
  return [
    facts({
      controller: mark(cli, status.ok, `${url}, version ${version}`),
      gateway: part(gateway),
      database: part(database),
      runtime: part(runtime),
    }),
    ...status.controllers.map(({ host, listen, alive, seenAt }) =>
      mark(cli, alive, `controller ${host} ${listen}, seen ${ago(seenAt)}`),
    ),
    ...status.duties.map(({ name, everyMs, ranAt, silent, error }) =>
      mark(
        cli,
        !silent && !error,
        `${name}: every ${roughly(everyMs)}, ran ${ago(ranAt)}${error ? `; ${error}` : ''}`,
      ),
    ),
  ].join('\n');
}

function mark(cli: Cli, ok: boolean, text: string): string {
  return `${ok ? cli.print.style('green', 'ok') : cli.print.style('red', 'not ok')}  ${text}`;
}
