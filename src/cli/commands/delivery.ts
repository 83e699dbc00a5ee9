import { Command } from 'commander';
import type { Output } from '../../api/contract/all.ts';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';
import { wholeNumber } from '../whole-number.ts';
import { roughly } from '../words.ts';

type Delivery = Output<'getDelivery'>;
type Measure = Delivery['measures'][number];

export function deliveryCommand(cli: Cli): Command {
  return new Command('delivery')
    .argument('[app]', 'absent: the app of this directory')
    .option('--days <count>', 'how far back, at most 365', wholeNumber, 30)
    .addHelpText('after', '\nWith --json: also day by day.')
    .action(async (named: string | undefined, { days }: { days: number }) => {
      const app = named ?? (await whichApp(cli));
      const result = await (await cli.client()).call('getDelivery', { app, days });
      cli.print.result(result, () => told(cli, result));
    });
}

function told(cli: Cli, { app, from, to, measures }: Delivery): string {
  const table = cli.print.rows(
    [{ title: 'MEASURE' }, { title: 'VALUE' }, { title: 'OF' }],
    measures.map((measure) => [measure.title, valueOf(measure), String(measure.cases)]),
  );
  const formulas = measures.map(({ title, formula }) => `${title}: ${formula}`);
  const span = `${app}, ${dayOf(from)} to ${dayOf(to)}`;
  return [span, table, '', ...formulas].join('\n');
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

function valueOf({ value, unit }: Measure): string {
  if (value === null) return '-';
  switch (unit) {
    case 'per day':
      return `${value.toFixed(2)} a day`;
    case 'seconds':
      return roughly(value * 1000);
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
  }
}
