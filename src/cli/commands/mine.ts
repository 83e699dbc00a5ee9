import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';
import { ago, short } from '../words.ts';

export function mineCommand(cli: Cli): Command {
  return new Command('mine').argument('[app]').action(async (named?: string) => {
    const app = named ?? (await whichApp(cli));
    const found = await (await cli.client()).call('getMyCommits', { app });
    cli.print.result(found, ({ commits }) =>
      commits.length === 0
        ? `None of the newest commits of ${app} is known to be yours.\n→ An admin says which addresses are: signalbox person email add PERSON ADDRESS`
        : cli.print.rows(
            [
              { title: 'COMMIT' },
              { title: 'WHEN' },
              { title: 'WHERE' },
              { title: 'SUBJECT', least: 20 },
            ],
            commits.map(({ commit, at, subject, isInProduction, train }) => [
              short(commit),
              ago(at),
              whereOf({ isInProduction, train }),
              subject,
            ]),
          ),
    );
  });
}

function whereOf({
  isInProduction,
  train,
}: {
  isInProduction: boolean;
  train: { number: number; state: string; ejected: boolean } | null;
}): string {
  if (isInProduction && !train?.ejected) return 'production';
  if (train === null) return 'waits for a train';
  if (train.ejected) return `taken off train ${train.number}`;
  return `train ${train.number}, ${train.state}`;
}
