import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { wholeNumber } from '../whole-number.ts';

export function auditCommand(cli: Cli): Command {
  return new Command('audit')
    .argument('[subject]', 'only what begins so, for example shop')
    .option('--limit <count>', 'how many', wholeNumber, 50)
    .option('--before <id>', 'entries before this one', wholeNumber)
    .action(async (subject: string | undefined, options: { limit: number; before?: number }) => {
      const result = await (await cli.client()).call('listAudit', { subject, ...options });
      cli.print.result(result, ({ entries }) =>
        cli.print.rows(
          [
            { title: 'ID' },
            { title: 'AT' },
            { title: 'WHO', least: 10 },
            { title: 'WHAT' },
            { title: 'SUBJECT' },
            { title: 'DETAILS', least: 10 },
          ],
          entries.map(({ id, at, actor, action, subject, details }) => [
            String(id),
            at.toISOString().slice(0, 19).replace('T', ' '),
            actor,
            action,
            subject,
            JSON.stringify(details),
          ]),
        ),
      );
    });
}
