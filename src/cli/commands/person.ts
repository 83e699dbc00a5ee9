import { Argument, Command, Option } from 'commander';
import type { Output } from '../../api/contract/all.ts';
import type { TokenRole } from '../../api/contract/endpoint.ts';
import type { Cli } from '../cli.ts';
import { ago, ahead, facts } from '../words.ts';

type Person = Output<'getPerson'>;

export function personCommand(cli: Cli): Command {
  const command = new Command('person');
  command
    .command('me')
    .description('show whose token you use, and what it opens')
    .action(() => me(cli));
  keeping(cli, command);
  belonging(cli, command);
  linking(cli, command);
  return command;
}

const roleOption = (): Option =>
  new Option('--role <role>', 'what they may do')
    .choices(['viewer', 'developer', 'release-manager', 'admin'])
    .makeOptionMandatory();

/** An option that may be given several times. */
const several = (one: string, before: readonly string[]): string[] => [...before, one];

interface Added {
  role: TokenRole;
  email: string[];
  team: string[];
}

function keeping(cli: Cli, command: Command): void {
  command
    .command('add <name>')
    .description('make somebody known')
    .addOption(roleOption())
    .option(
      '--email <address>',
      'as it stands in their commits; several times for several',
      several,
      [],
    )
    .option('--team <name>', 'a team they are in; several times for several', several, [])
    .action((name: string, options: Added) => add(cli, name, options));
  command
    .command('list')
    .description('list people')
    .option('--removed', 'also those who were removed')
    .action((options: { removed?: true }) => list(cli, options));
  command
    .command('show <name>')
    .description('show one person')
    .action(async (person: string) =>
      tell(cli, await (await cli.client()).call('getPerson', { person })),
    );
  command
    .command('set <name>')
    .description('change what somebody may do, at once also with the tokens they have')
    .addOption(roleOption())
    .action(async (person: string, { role }: { role: TokenRole }) =>
      tell(cli, await (await cli.client()).call('setPerson', { person, role })),
    );
  command
    .command('remove <name>')
    .description('revoke their tokens and unlink their chat accounts')
    .action(async (person: string) => {
      const removed = await (await cli.client()).call('removePerson', { person });
      cli.print.result(removed, ({ text }) => text);
    });
}

type Change = 'add' | 'remove';

const addOrRemove = (): Argument => new Argument('<what>').choices(['add', 'remove']);

function belonging(cli: Cli, command: Command): void {
  command
    .command('email')
    .description('say which commits are theirs, by the address in them')
    .addArgument(addOrRemove())
    .argument('<name>')
    .argument('<address>')
    .action(async (what: Change, person: string, email: string) => {
      const name = what === 'add' ? 'addEmail' : 'removeEmail';
      tell(cli, await (await cli.client()).call(name, { person, email }));
    });
  command
    .command('team')
    .description('say who is in a team')
    .addArgument(addOrRemove())
    .argument('<name>')
    .argument('<team>')
    .action(async (what: Change, person: string, team: string) => {
      const name = what === 'add' ? 'joinTeam' : 'leaveTeam';
      tell(cli, await (await cli.client()).call(name, { person, team }));
    });
}

interface Whose {
  person?: string;
}

function linking(cli: Cli, command: Command): void {
  command
    .command('link')
    .description('show a code that proves a chat account to be yours: say it there')
    .option('--person <name>', 'somebody else; for admins')
    .action(({ person }: Whose) => link(cli, person));
  command
    .command('unlink <network> [account]')
    .description('let a chat account be yours no more; without an account all on that network')
    .option('--person <name>', 'somebody else; for admins')
    .action((network: string, account: string | undefined, { person }: Whose) =>
      unlink(cli, { network, account, person }),
    );
}

async function me(cli: Cli): Promise<void> {
  const found = await (await cli.client()).call('whoAmI', {});
  cli.print.result(found, ({ name, role, person }) =>
    person === undefined
      ? `The token "${name}" is nobody's. It opens what a ${role} may do.`
      : `${shown(person)}\n\nThe token "${name}" opens what a ${role} may do.`,
  );
}

async function add(cli: Cli, name: string, { role, email, team }: Added): Promise<void> {
  const input = { name, role, emails: email, teams: team };
  tell(cli, await (await cli.client()).call('addPerson', input));
  cli.print.note(`→ signalbox token create "${name} laptop" --person ${name}`);
  cli.print.note(`→ signalbox person link --person ${name}`);
}

function tell(cli: Cli, person: Person): void {
  cli.print.result(person, shown);
}

const shown = ({ name, role, teams, emails, accounts, addedAt, removedAt }: Person): string =>
  facts({
    name,
    role,
    teams: teams.join(', '),
    'e-mail': emails.join(', '),
    chat: accounts.map(({ network, account }) => `${account} on ${network}`).join(', '),
    added: ago(addedAt),
    removed: removedAt && ago(removedAt),
  });

async function list(cli: Cli, { removed }: { removed?: true }): Promise<void> {
  const found = await (await cli.client()).call('listPeople', { removed });
  cli.print.result(found, ({ people }) =>
    people.length === 0
      ? 'Nobody is known yet.\n→ signalbox person add NAME --role developer --email ADDRESS'
      : cli.print.rows(
          [
            { title: 'NAME' },
            { title: 'ROLE' },
            { title: 'TEAMS', least: 10 },
            { title: 'E-MAIL', least: 20 },
            { title: 'CHAT', least: 15 },
            { title: 'STATE' },
          ],
          people.map(({ name, role, teams, emails, accounts, removedAt }) => [
            name,
            role,
            teams.join(', '),
            emails.join(', '),
            accounts.map(({ network, account }) => `${account} on ${network}`).join(', '),
            removedAt ? `removed ${ago(removedAt)}` : 'active',
          ]),
        ),
  );
}

async function link(cli: Cli, person: string | undefined): Promise<void> {
  const client = await cli.client();
  const made =
    person === undefined
      ? await client.call('makeMyCode', {})
      : await client.call('makeCode', { person });
  cli.print.note(
    `Say this in chat, from the account that is ${person ?? 'yours'}. It counts once, and ends ${ahead(made.expiresAt)}.`,
  );
  cli.print.result(made, ({ say }) => say);
}

async function unlink(
  cli: Cli,
  { person, ...of }: { network: string; account: string | undefined; person: string | undefined },
): Promise<void> {
  const client = await cli.client();
  const gone =
    person === undefined
      ? await client.call('unlinkMyAccount', of)
      : await client.call('unlinkAccount', { person, ...of });
  cli.print.result(gone, ({ text }) => text);
}
