import { SignalboxError } from '../kernel/signalbox-error.ts';

/** How a network is reached, and what opens it. The secrets are sealed where they are kept, and never shown. */
export type ChatAccess =
  | { driver: 'irc'; settings: IrcPlace; secrets: IrcSecrets }
  | { driver: 'slack'; settings: SlackPlace; secrets: SlackSecrets };

export type IrcPlace = {
  /** `ircs://HOST:PORT`; `irc://` is without TLS. */
  server: string;
  nick: string;
  realName?: string | undefined;
  /** Whom we log in as. */
  account?: string | undefined;
  /** Who is told the password where the server offers no SASL. */
  nickServ?: string | undefined;
  /** PEM of an authority to trust instead of the public ones. */
  ca?: string | undefined;
  /** How often the server endures a line of ours; the driver's own rhythm is one for servers of strangers. */
  lineEveryMs?: number | undefined;
};

export interface IrcSecrets {
  /** Of the account. */
  password?: string | undefined;
  serverPassword?: string | undefined;
}

export type SlackPlace = {
  /** Whether we call Slack, or Slack calls us. */
  delivery: 'socket' | 'http';
  /** Another place where Slack's Web API is spoken. */
  apiUrl?: string | undefined;
};

export interface SlackSecrets {
  botToken: string;
  appToken?: string | undefined;
  signingSecret?: string | undefined;
}

export interface IrcAddress {
  host: string;
  port: number;
  tls: boolean;
}

/** null: it is no address of an IRC server. */
export function ircAddress(server: string): IrcAddress | null {
  const [, scheme, host, port] =
    /^(ircs?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?\/?$/i.exec(server) ?? [];
  if (host === undefined) return null;
  const tls = scheme?.toLowerCase() === 'ircs';
  const number = port === undefined ? (tls ? 6697 : 6667) : Number(port);
  return number < 1 || number > 65_535
    ? null
    : { host: host.replace(/^\[|\]$/g, ''), port: number, tls };
}

const oneWord = /^[^\s\p{Cc}]{1,1000}$/u;

/** Refuses with `chat/unusable-settings`. */
export function refuseUnusable(name: string, access: ChatAccess): void {
  // Votes say where they came from.
  if (name === 'api' || name === 'kept')
    throw unusable(`no network can be called ${name}`, 'Choose another name.');
  if (access.driver === 'irc') refuseUnusableIrc(access);
  else refuseUnusableSlack(access);
}

function refuseUnusableIrc({ settings, secrets }: ChatAccess & { driver: 'irc' }): void {
  const { server, nick, account, nickServ, ca } = settings;
  const address = ircAddress(server);
  if (!address)
    throw unusable('its server is no address', 'Write it so: --server ircs://HOST:PORT');
  if (!/^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,29}$/.test(nick))
    throw unusable(`IRC has no nick like ${JSON.stringify(nick)}`, '--nick signalbox');
  if ((account === undefined) !== (secrets.password === undefined))
    throw unusable(
      'an account needs a password, and a password an account',
      '--sasl-user NAME --password-file FILE',
    );
  if (secrets.password !== undefined && !address.tls)
    throw unusable(
      'a password would go to the server in the clear',
      'Come by TLS: --server ircs://HOST:PORT',
    );
  if (nickServ !== undefined && account === undefined)
    throw unusable('nobody logs in without an account', '--sasl-user NAME --password-file FILE');
  if (ca !== undefined && !ca.includes('BEGIN CERTIFICATE'))
    throw unusable('its authority is no certificate in PEM', '--ca FILE');
  for (const secret of [secrets.password, secrets.serverPassword])
    if (secret !== undefined && !/^[^\r\n\0]{1,400}$/.test(secret))
      throw unusable('a password is empty, too long or has several lines', '--password-file FILE');
}

function refuseUnusableSlack({ settings, secrets }: ChatAccess & { driver: 'slack' }): void {
  const { botToken, appToken, signingSecret } = secrets;
  if (!oneWord.test(botToken) || !botToken.startsWith('xoxb-'))
    throw unusable('its bot token does not begin with xoxb-', '--bot-token-file FILE');
  if (settings.delivery === 'socket' && !appToken?.startsWith('xapp-'))
    throw unusable('its app token does not begin with xapp-', '--app-token-file FILE');
  if (settings.delivery === 'http' && !/^[\x21-\x7e]{8,200}$/.test(signingSecret ?? ''))
    throw unusable(
      'its signing secret is empty, or no plain characters',
      '--signing-secret-file FILE',
    );
  if (settings.apiUrl !== undefined && !/^https?:\/\/\S+\/$/.test(settings.apiUrl))
    throw unusable('its API is no address that ends in a slash', '--api-url https://HOST/api/');
}

const unusable = (why: string, fix: string): SignalboxError =>
  new SignalboxError({
    code: 'chat/unusable-settings',
    what: 'The chat network was not added.',
    why: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`,
    fix: [fix],
  });
