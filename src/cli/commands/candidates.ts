import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { listCandidates } from '../show-candidate.ts';
import { whichApp } from '../which-app.ts';
import { wholeNumber } from '../whole-number.ts';

export function candidatesCommand(cli: Cli): Command {
  return new Command('candidates')
    .argument('[app]', 'absent: the app of this directory')
    .option('--limit <count>', 'how many', wholeNumber, 20)
    .action(async (app: string | undefined, { limit }: { limit: number }) => {
      await listCandidates(cli, { app: app ?? (await whichApp(cli)), limit });
    });
}
