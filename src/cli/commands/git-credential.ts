import { Command } from 'commander';
import { readInput } from '../ask.ts';
import type { Cli } from '../cli.ts';
import { findConnection } from '../connection.ts';

/**
 * A credential helper of git: asked for the controller this machine knows, it answers with the token that
 * the other commands use; asked for anything else, it says nothing and git asks the next one.
 */
export function gitCredentialCommand(cli: Cli): Command {
  return new Command('git-credential')
    .argument('<what>', 'get, store or erase; only get does anything')
    .addHelpText('after', "\ngit config credential.URL.helper '!signalbox git-credential'")
    .action(async (what: string) => {
      const asked = what === 'get' ? fieldsOf(await readInput()) : {};
      const { token, env } = { ...cli.globals(), env: cli.env };
      const url = `${asked['protocol']}://${asked['host']}`;
      const known = asked['host']
        ? await findConnection({ url, token, env }).catch(() => null)
        : null;
      if (known) cli.print.line(`username=signalbox\npassword=${known.token}`);
    });
}

const fieldsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
