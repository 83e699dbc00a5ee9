import { Command } from 'commander';
import type { Output } from '../../api/contract/all.ts';
import type { Cli } from '../cli.ts';
import { whichEnvironment } from '../which-app.ts';
import { short, stateStyle } from '../words.ts';

export function infraCommand(cli: Cli): Command {
  const command = new Command('infra');
  command
    .command('check <env>')
    .description('run the infrastructure checks of what serves an environment')
    .option('--file <path>', 'in the repository; absent: what its stage names in signalbox.yaml')
    .addHelpText('after', '\nEnds with 1 when one of them failed.')
    .action(async (env: string, { file }: { file?: string }) => {
      const environment = await whichEnvironment(cli, env);
      const client = await cli.client();
      const checked = await client.call('checkInfrastructure', { environment, file });
      if (!checked.passed) cli.exitCode = 1;
      cli.print.result(checked, () => told(cli, checked));
    });
  return command;
}

function told(cli: Cli, { environment, file, commit, results }: Output<'checkInfrastructure'>) {
  const failed = results.filter(({ passed }) => !passed).length;
  const rows = results.map(({ kind, name, passed, expected, found, durationMs }) => [
    `${kind} ${name}`,
    passed ? 'passed' : 'failed',
    `${Math.round(durationMs)}ms`,
    expected,
    found,
  ]);
  const table = cli.print.rows(
    [
      { title: 'CHECK' },
      { title: 'STATE', style: stateStyle },
      { title: 'TIME' },
      { title: 'EXPECTED', least: 20 },
      { title: 'FOUND', least: 20 },
    ],
    rows,
  );
  const of = `checks of ${file} at ${short(commit)} in ${environment}`;
  const verdict = `${results.length - failed} of ${results.length} ${of} passed.`;
  const shown = failed === 0 ? verdict : cli.print.style('red', verdict);
  return results.length === 0
    ? `There are no checks in ${file} at ${short(commit)}.`
    : `${table}\n\n${shown}`;
}
