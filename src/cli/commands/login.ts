import { Command } from 'commander';
import { ask, readInput } from '../ask.ts';
import type { Cli } from '../cli.ts';
import { client } from '../client.ts';
import { keepLogin, usableUrl } from '../connection.ts';

export function loginCommand(cli: Cli): Command {
  return new Command('login')
    .argument('<url>', "the controller's address")
    .addHelpText(
      'after',
      '\nThe token is asked for, or read from stdin, where --token does not give it.',
    )
    .action(async (address: string) => {
      const url = usableUrl(address);
      const token = cli.globals().token ?? (await readToken(cli));
      const me = await client({ url, token }).call('whoAmI', {});
      const file = await keepLogin({ url, token }, cli.env);
      cli.print.result(
        { url, ...me, file },
        () => `You are ${me.name} (${me.role}) at ${url}; kept in ${file}.`,
      );
    });
}

async function readToken(cli: Cli): Promise<string> {
  const text = cli.print.interactive ? await ask('Token: ', { echo: false }) : await readInput();
  return text.trim();
}
