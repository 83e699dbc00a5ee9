import { Command } from 'commander';
import type { Input, Output } from '../../api/contract/all.ts';
import { timelineKinds } from '../../kernel/timeline-kind.ts';
import type { Cli } from '../cli.ts';
import { environmentName, whichApp, whichEnvironment } from '../which-app.ts';
import { wholeNumber } from '../whole-number.ts';

interface Options {
  all?: boolean;
  env?: string;
  kinds?: string;
  text?: string;
  before?: string;
  limit: number;
}

export function timelineCommand(cli: Cli): Command {
  return new Command('timeline')
    .argument('[app]', 'absent: the app of this directory')
    .option('--all', 'of all apps')
    .option('--env <env>', 'only of staging, production or a branch')
    .option('--kinds <kinds>', `only these, with commas between them: ${timelineKinds.join(', ')}`)
    .option('--text <text>', 'only what contains this')
    .option('--limit <count>', 'how many, at most 500', wholeNumber, 30)
    .option('--before <place>', 'what is older; the place is printed below the list')
    .addHelpText('after', '\nEvents are kept for 30 days. Who changed what is listed for admins.')
    .action(async (named: string | undefined, options: Options) => {
      const asked = await wish(cli, named, options);
      const result = await (await cli.client()).call('listTimeline', asked);
      cli.print.result(result, () => told(cli, result));
      if (result.next !== null) cli.print.note(`→ Older ones: --before ${result.next}`);
    });
}

async function wish(
  cli: Cli,
  named: string | undefined,
  { all, env, limit, kinds, text, before }: Options,
): Promise<Input<'listTimeline'>> {
  const where =
    env !== undefined
      ? {
          environment: named
            ? `${named}/${environmentName(env)}`
            : await whichEnvironment(cli, env),
        }
      : all
        ? {}
        : { app: named ?? (await whichApp(cli)) };
  return { ...where, kinds, text, before, limit };
}

function told(cli: Cli, { entries }: Output<'listTimeline'>): string {
  if (entries.length === 0) return 'Nothing of that kind has happened lately.';
  return cli.print.rows(
    [
      { title: 'AT' },
      { title: 'KIND' },
      { title: 'WHERE', least: 10 },
      { title: 'BY', least: 8 },
      { title: 'WHAT', least: 20 },
    ],
    entries.map(({ at, kind, app, environmentName, by, text }) => [
      at.toISOString().slice(0, 19).replace('T', ' '),
      kind,
      [app, environmentName].filter(Boolean).join('/') || '-',
      by ?? '-',
      text,
    ]),
  );
}
