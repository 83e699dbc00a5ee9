import { Command, Option } from 'commander';
import type { TokenRole } from '../../api/contract/endpoint.ts';
import type { Cli } from '../cli.ts';
import { ago } from '../words.ts';

export function tokenCommand(cli: Cli): Command {
  const command = new Command('token');
  command
    .command('create <name>')
    .description('make a token; it is shown this once')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['viewer', 'developer', 'admin'])
        .default('developer'),
    )
    .action((name: string, { role }: { role: TokenRole }) => create(cli, name, role));
  command
    .command('list')
    .description('list the tokens')
    .action(() => list(cli));
  command
    .command('revoke <id>')
    .description('make a token open nothing any more')
    .action((token: string) => revoke(cli, token));
  return command;
}

async function create(cli: Cli, name: string, role: TokenRole): Promise<void> {
  const made = await (await cli.client()).call('createToken', { name, role });
  cli.print.note(`This is the only time the token of ${name} (${role}) is shown.`);
  cli.print.result(made, ({ token }) => token);
}

async function list(cli: Cli): Promise<void> {
  const result = await (await cli.client()).call('listTokens', {});
  cli.print.result(result, ({ tokens }) =>
    cli.print.rows(
      [
        { title: 'ID' },
        { title: 'NAME', least: 10 },
        { title: 'ROLE' },
        { title: 'MADE' },
        { title: 'USED' },
        { title: 'STATE' },
      ],
      tokens.map(({ id, name, role, createdAt, lastUsedAt, revokedAt }) => [
        id,
        name,
        role,
        ago(createdAt),
        ago(lastUsedAt),
        revokedAt ? 'revoked' : 'active',
      ]),
    ),
  );
}

async function revoke(cli: Cli, token: string): Promise<void> {
  cli.print.result(await (await cli.client()).call('revokeToken', { token }), ({ text }) => text);
}
