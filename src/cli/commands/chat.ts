import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { ChatNetworkShown } from '../../api/contract/chat.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { readInput } from '../ask.ts';
import type { Cli } from '../cli.ts';
import { whichApp } from '../which-app.ts';
import { wholeDuration } from '../whole-duration.ts';
import { facts } from '../words.ts';

export function chatCommand(cli: Cli): Command {
  const command = new Command('chat');
  const add = command
    .command('add')
    .description('go to a network; again: with other settings')
    .argument('<name>', 'how you call it')
    .argument('<kind>', 'irc or slack');
  adding(cli, add);
  command
    .command('list')
    .description('list networks with their rooms, and whether we are there')
    .action(() => list(cli));
  command
    .command('remove <name>')
    .description('leave a network')
    .action((network: string) => remove(cli, network));
  command
    .command('say <name> <room> <text>')
    .description('say something there, as soon as we are there')
    .action(async (network: string, room: string, text: string) => {
      const said = await (await cli.client()).call('sayInChat', { network, room, text });
      cli.print.result(said, ({ text: words }) => words);
    });
  rooms(cli, command);
  return command;
}

interface Options {
  server?: string;
  nick?: string;
  realName?: string;
  saslUser?: string;
  passwordFile?: string;
  nickserv?: string;
  serverPasswordFile?: string;
  ca?: string;
  lineEvery?: number;
  botTokenFile?: string;
  appTokenFile?: string;
  signingSecretFile?: string;
  apiUrl?: string;
}

function adding(cli: Cli, command: Command): void {
  command
    .option('--server <url>', 'irc: ircs://HOST:PORT')
    .option('--nick <nick>', 'irc: what we are called there')
    .option('--real-name <name>', 'irc: what else is known of us')
    .option('--sasl-user <account>', 'irc: whom we log in as')
    .option('--password-file <file>', "irc: that account's password; - reads it from stdin")
    .option('--nickserv <nick>', 'irc: who is told the password where there is no SASL')
    .option('--server-password-file <file>', "irc: the server's own password")
    .option('--ca <file>', 'irc: the authority to trust instead of the public ones')
    .option(
      '--line-every <duration>',
      'irc: how often the server takes a line of ours; absent: 2s, as servers of strangers do',
      wholeDuration,
    )
    .option('--bot-token-file <file>', 'slack: begins with xoxb-')
    .option('--app-token-file <file>', 'slack: begins with xapp-; we call Slack')
    .option('--signing-secret-file <file>', 'slack: Slack calls us instead')
    .option('--api-url <url>', "slack: another place where Slack's API is spoken")
    .action((network: string, kind: string, options: Options) =>
      add(cli, network, { kind, options }),
    );
}

async function add(
  cli: Cli,
  network: string,
  { kind, options }: { kind: string; options: Options },
): Promise<void> {
  const added = await (kind === 'irc'
    ? addIrc(cli, network, options)
    : kind === 'slack'
      ? addSlack(cli, network, options)
      : Promise.reject(lacking(`${JSON.stringify(kind)} is no kind of network`, 'irc or slack')));
  cli.print.result(added, () => `We go to ${network}.`);
  cli.print.note(`→ signalbox chat room add ${network} '#ROOM' --app APP`);
  if (kind === 'slack' && options.appTokenFile === undefined)
    cli.print.note(`Have Slack call CONTROLLER/api/v1/chat/${network}/receive`);
}

async function addIrc(cli: Cli, network: string, options: Options): Promise<ChatNetworkShown> {
  const { server, nick, realName, saslUser, nickserv, lineEvery: lineEveryMs } = options;
  if (server === undefined || nick === undefined)
    throw lacking('IRC needs a server and a nick', '--server ircs://HOST:PORT --nick NICK');
  return (await cli.client()).call('putIrcNetwork', {
    network,
    server,
    nick,
    realName,
    account: saslUser,
    nickServ: nickserv,
    lineEveryMs,
    ca: await contentOf(options.ca),
    password: await contentOf(options.passwordFile),
    serverPassword: await contentOf(options.serverPasswordFile),
  });
}

async function addSlack(cli: Cli, network: string, options: Options): Promise<ChatNetworkShown> {
  const botToken = await contentOf(options.botTokenFile);
  if (botToken === undefined) throw lacking('Slack needs a bot token', '--bot-token-file FILE');
  return (await cli.client()).call('putSlackNetwork', {
    network,
    botToken,
    appToken: await contentOf(options.appTokenFile),
    signingSecret: await contentOf(options.signingSecretFile),
    apiUrl: options.apiUrl,
  });
}

const lacking = (why: string, fix: string): SignalboxError =>
  new SignalboxError({
    code: 'chat/unusable-settings',
    what: 'The chat network was not added.',
    why: `${why}.`,
    fix: [fix],
  });

async function contentOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  if (file === '-') return readInput();
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new SignalboxError({
      code: 'cli/no-file',
      what: `${file} cannot be read.`,
      why: error instanceof Error ? error.message : undefined,
      fix: ['Check the path.'],
    });
  }
}

function rooms(cli: Cli, command: Command): void {
  const room = command.command('room').description('go into rooms and leave them');
  room
    .command('add <name> <room>')
    .description('tell a room of an app from now on')
    .addHelpText('after', '\nThe app: --app, or the one of this directory.')
    .action(async (network: string, room: string) => {
      const app = await whichApp(cli);
      const now = await (await cli.client()).call('addChatRoom', { network, room, app });
      cli.print.result(now, () => `${room} on ${network} is told of ${app}.`);
    });
  room
    .command('remove <name> <room>')
    .description('leave a room; with --app: tell it no more of this app alone')
    .action(async (network: string, room: string) => {
      const { app } = cli.globals();
      const now = await (await cli.client()).call('removeChatRoom', { network, room, app });
      cli.print.result(now, () => `${room} on ${network} is told no more of ${app ?? 'any app'}.`);
    });
}

async function list(cli: Cli): Promise<void> {
  const found = await (await cli.client()).call('listChatNetworks', {});
  cli.print.result(found, ({ networks }) =>
    networks.length === 0
      ? 'We are on no chat network. → signalbox chat add NAME irc --server ircs://HOST --nick signalbox'
      : networks.map(factsOf).join('\n\n'),
  );
}

const factsOf = ({ name, driver, settings, state, trouble, rooms }: ChatNetworkShown): string =>
  facts({
    network: name,
    kind: driver,
    ...Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    state: trouble === null ? state : `${state}: ${trouble}`,
    rooms: rooms.map(({ room, app }) => `${room} (${app})`).join(', ') || 'none',
  });

async function remove(cli: Cli, network: string): Promise<void> {
  const gone = await (await cli.client()).call('removeChatNetwork', { network });
  cli.print.result(gone, ({ text }) => text);
}
