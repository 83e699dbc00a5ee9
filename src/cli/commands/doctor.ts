import { Command } from 'commander';
import type { Output } from '../../api/contract/all.ts';
import type { Cli } from '../cli.ts';
import { whichEnvironment } from '../which-app.ts';
import { stateStyle } from '../words.ts';

type Finding = Output<'doctor'>['findings'][number];

export function doctorCommand(cli: Cli): Command {
  return new Command('doctor')
    .argument('[env]', 'absent: everything, also what has no owner')
    .addHelpText('after', '\nExits with 1 when it found trouble.')
    .action(async (env?: string) => {
      const environment = env === undefined ? undefined : await whichEnvironment(cli, env);
      const { findings } = await (await cli.client()).call('doctor', { environment });
      if (findings.some(({ severity }) => severity === 'trouble')) cli.exitCode = 1;
      cli.print.result({ findings }, () =>
        findings.length === 0 ? 'All is well.' : told(cli, findings),
      );
    });
}

/** One paragraph for each subject, in the order they were found. */
function told(cli: Cli, findings: readonly Finding[]): string {
  const subjects = Map.groupBy(findings, ({ subject }) => subject);
  return [...subjects]
    .map(([subject, found]) => [subject, ...found.map((it) => line(cli, it))].join('\n'))
    .join('\n\n');
}

function line(cli: Cli, { severity, text, fix }: Finding): string {
  const style = stateStyle(severity);
  const mark = severity.padEnd(longestSeverity);
  const head = `  ${style ? cli.print.style(style, mark) : mark}  ${text}`;
  const indent = ' '.repeat(longestSeverity + 4);
  return [head, ...fix.map((step) => `${indent}→ ${step}`)].join('\n');
}

const longestSeverity = 'trouble'.length;
