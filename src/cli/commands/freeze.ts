import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';

interface Options {
  until?: string;
  reason?: string;
}

export function freezeCommand(cli: Cli): Command {
  return new Command('freeze')
    .argument('[app]', 'absent: the app of this directory')
    .option('--until <when>', '2h, 18:00, tomorrow, "tomorrow 09:00", 2026-12-24T18:00+01:00')
    .option('--reason <text>', 'why, for those who wonder')
    .addHelpText(
      'after',
      "\nWithout options: list the freezes. A time without an offset is one of the train's time zone; of several freezes the\nlast one to end counts.",
    )
    .action(async (named: string | undefined, { until, reason }: Options, command: Command) => {
      if ((until === undefined) !== (reason === undefined))
        command.error('error: a freeze needs both, --until <when> and --reason <text>');
      const app = named ?? (await whichApp(cli));
      if (until === undefined || reason === undefined) return list(cli, app);
      const freeze = await (await cli.client()).call('freezeApp', { app, until, reason });
      cli.print.result(
        freeze,
        ({ ends }) => `No train of ${app} goes to production until ${ends}.`,
      );
      cli.print.note(`→ signalbox unfreeze ${app}`);
    });
}

async function list(cli: Cli, app: string): Promise<void> {
  const found = await (await cli.client()).call('listFreezes', { app });
  cli.print.result(found, ({ freezes }) => {
    if (freezes.length === 0) return `${app} is not frozen.`;
    const rows = freezes.map(({ ends, by, reason }) => [ends, by, reason]);
    return cli.print.rows([{ title: 'UNTIL' }, { title: 'BY' }, { title: 'REASON' }], rows);
  });
}
