import { Command } from 'commander';
import type { CallName, Input } from '../../api/contract/all.ts';
import type { Cli } from '../cli.ts';
import { listTrains, showNext, showTrain } from '../show-train.ts';
import { whichApp } from '../which-app.ts';
import { wholeDuration } from '../whole-duration.ts';
import { wholeNumber } from '../whole-number.ts';

const appArgument = ['[app]', 'absent: the one of this directory, or the only one'] as const;
const whyOption = ['--reason <text>', 'why, for those who wonder'] as const;

export function trainCommand(cli: Cli): Command {
  const command = new Command('train');
  reading(command, cli);
  speaking(command, cli);
  steering(command, cli);
  managing(command, cli);
  return command;
}

const meant = async (cli: Cli, app: string | undefined): Promise<string> => app ?? whichApp(cli);

function reading(command: Command, cli: Cli): void {
  command
    .command('show', { isDefault: true })
    .argument(...appArgument)
    .description(
      'show the train that is under way, or the last one: who is on board, and what they say',
    )
    .option('--number <count>', 'an earlier one', wholeNumber)
    .action(async (app: string | undefined, { number }: { number?: number }) =>
      showTrain(cli, { app: await meant(cli, app), number }),
    );
  command
    .command('next')
    .argument(...appArgument)
    .description(
      'show who and what would be on the next one, and what would not, without doing anything',
    )
    .action(async (app?: string) => showNext(cli, await meant(cli, app)));
  command
    .command('list')
    .argument(...appArgument)
    .description('list trains, newest first')
    .option('--limit <count>', 'how many', wholeNumber, 20)
    .action(async (app: string | undefined, { limit }: { limit: number }) =>
      listTrains(cli, { app: await meant(cli, app), limit }),
    );
}

/** Calls an endpoint that answers with a sentence, and prints that. */
async function say<Name extends SentenceName>(
  cli: Cli,
  name: Name,
  input: Input<Name>,
): Promise<void> {
  const answer = await (await cli.client()).call(name, input);
  cli.print.result(answer as { text: string }, ({ text }) => text);
}

type SentenceName = Extract<
  CallName,
  | 'sayGood'
  | 'sayBad'
  | 'holdTrain'
  | 'unholdTrain'
  | 'forceTrain'
  | 'ejectChanges'
  | 'revertChanges'
  | 'delegateVote'
  | 'cancelTrain'
  | 'departNow'
>;

interface Word {
  commit?: string;
  for?: string;
  change?: string;
  reason?: string;
}

const commitOption = [
  '--commit <commit>',
  'refused where the train carries another one by now',
] as const;
const forOption = [
  '--for <person>',
  'whose word it is, where they named you or you own the app',
] as const;

function speaking(command: Command, cli: Cli): void {
  command
    .command('good')
    .argument(...appArgument)
    .description('say good to what the train carries')
    .option(...commitOption)
    .option(...forOption)
    .option(...whyOption)
    .action(async (app: string | undefined, { commit, for: whom, reason }: Word) =>
      say(cli, 'sayGood', { app: await meant(cli, app), commit, whom, reason }),
    );
  command
    .command('bad')
    .argument(...appArgument)
    .description('say no: it does not go into production')
    .requiredOption(...whyOption)
    .option('--change <change>', 'the change that is bad: its number or its commit')
    .option(...commitOption)
    .option(...forOption)
    .action(async (app: string | undefined, { commit, for: whom, change, reason = '' }: Word) =>
      say(cli, 'sayBad', { app: await meant(cli, app), commit, whom, change, reason }),
    );
  command
    .command('delegate')
    .argument('<app>')
    .argument('<person>')
    .description('let somebody else answer for you')
    .option('--for <duration>', 'how long, for example 8h', wholeDuration, 30 * 86_400_000)
    .option(...whyOption)
    .action(
      async (app: string, to: string, { for: forMs, reason }: { for: number; reason?: string }) =>
        say(cli, 'delegateVote', { app, to, seconds: Math.round(forMs / 1000), reason }),
    );
}

function steering(command: Command, cli: Cli): void {
  command
    .command('hold')
    .argument(...appArgument)
    .description('keep it from production for a while')
    .requiredOption('--for <duration>', 'how long, for example 30m', wholeDuration)
    .requiredOption(...whyOption)
    .action(
      async (app: string | undefined, { for: forMs, reason }: { for: number; reason: string }) =>
        say(cli, 'holdTrain', {
          app: await meant(cli, app),
          seconds: Math.round(forMs / 1000),
          reason,
        }),
    );
  command
    .command('unhold')
    .argument(...appArgument)
    .description('lift what holds it')
    .action(async (app?: string) => say(cli, 'unholdTrain', { app: await meant(cli, app) }));
  for (const [verb, name, summary] of [
    ['eject', 'ejectChanges', 'take changes off it: a new candidate is built without them'],
    ['revert', 'revertChanges', 'take changes off it, and back on the main branch'],
  ] as const)
    command
      .command(verb)
      .argument('<app>')
      .argument('<change...>', 'its number, or the beginning of its commit')
      .description(summary)
      .option(...whyOption)
      .action(async (app: string, changes: string[], { reason }: Word) =>
        say(cli, name, { app, changes, reason }),
      );
}

function managing(command: Command, cli: Cli): void {
  for (const [verb, name, summary] of [
    ['force', 'forceTrain', "send it into production without everybody's word (release managers)"],
    ['cancel', 'cancelTrain', 'end it; what is on board is on the next one (release managers)'],
  ] as const)
    command
      .command(verb)
      .argument(...appArgument)
      .description(summary)
      .requiredOption(...whyOption)
      .action(async (app: string | undefined, { reason = '' }: Word) =>
        say(cli, name, { app: await meant(cli, app), reason }),
      );
  command
    .command('depart')
    .argument(...appArgument)
    .description('let one leave at once, off the timetable (release managers)')
    .action(async (app?: string) => say(cli, 'departNow', { app: await meant(cli, app) }));
}
