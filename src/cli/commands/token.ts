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
      new Option(
        '--role <role>',
        "what it opens, but no more than its person may do; absent: all that, or a developer's",
      ).choices(['viewer', 'developer', 'release-manager', 'admin']),
    )
    .option('--person <name>', "whose it is; absent: nobody's")
    .action((name: string, options: Wanted) => create(cli, name, options));
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

interface Wanted {
  role?: TokenRole;
  person?: string;
}

async function create(cli: Cli, name: string, { role, person }: Wanted): Promise<void> {
  const client = await cli.client();
  const asked = role ?? (person === undefined ? 'developer' : await roleOf(cli, person));
  const made = await client.call('createToken', { name, role: asked, person });
  cli.print.note(`This is the only time the token of ${name} (${made.role}) is shown.`);
  cli.print.result(made, ({ token }) => token);
}

async function roleOf(cli: Cli, person: string): Promise<TokenRole> {
  return (await (await cli.client()).call('getPerson', { person })).role;
}

async function list(cli: Cli): Promise<void> {
  const result = await (await cli.client()).call('listTokens', {});
  cli.print.result(result, ({ tokens }) =>
    cli.print.rows(
      [
        { title: 'ID' },
        { title: 'NAME', least: 10 },
        { title: 'ROLE' },
        { title: 'PERSON' },
        { title: 'MADE' },
        { title: 'USED' },
        { title: 'STATE' },
      ],
      tokens.map(({ id, name, role, person, createdAt, lastUsedAt, revokedAt }) => [
        id,
        name,
        role,
        person ?? '-',
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
