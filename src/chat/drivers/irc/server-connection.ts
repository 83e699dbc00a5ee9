import { ircClient, type IrcClient, type IrcMessage } from './irc-client.ts';
import type { FullIrcSettings } from './irc-settings.ts';
import { lineTransport, type LineTransport } from './line-transport.ts';
import { type PacedLines, pacedLines, type Turn } from './paced-lines.ts';

export interface ServerConnection {
  nick(): string;
  isMe(nick: string): boolean;
  /** Names that are equal for this server are equal when folded. */
  fold(name: string): string;
  hasCap(name: string): boolean;
  /** What the server said of itself (ISUPPORT). */
  supports(name: string): unknown;
  /** The lines are written, at the pace of the settings, when it resolves. */
  send(lines: readonly string[], turn?: Turn): Promise<void>;
  /** Past the queue, for what cannot wait before we are registered. */
  sendNow(line: string): void;
  /** Why it will have ended; the first reason counts. */
  because(why: string): void;
  /** It ends now, for this reason. */
  end(why: string): void;
  /** Says good-bye; it has ended when it resolves. Repeatable. */
  leave(): Promise<void>;
}

export interface ConnectionEvents {
  takes(message: IrcMessage): void;
  /** Once, at last. Nothing is taken any more. */
  ended(why: string): void;
}

const connectTimeoutMs = 20_000;
const goodByeWithinMs = 2_000;

/** Connects at once. */
export function serverConnection(
  settings: FullIrcSettings,
  events: ConnectionEvents,
): ServerConnection {
  const { host, port, tls, ca, note, pace, mostWaitingLines } = settings;
  let reason: string | null = null;
  const over = Promise.withResolvers<void>();
  let isOver = false;
  let isPaced = false;

  const tripped = (error: unknown): void => note(`A line of ${host} was skipped: ${String(error)}`);
  const transport = lineTransport(
    { host, port, tls, ca, connectTimeoutMs },
    { wrote: () => void (isPaced || lines.spent()), tripped },
  );
  const { client, Transport } = ircClient({ transport, takes: events.takes, tripped });
  const lines: PacedLines = pacedLines(
    (line) => {
      isPaced = true;
      client.raw(line);
      isPaced = false;
    },
    { ...pace, mostWaitingLines },
  );

  const finish = (error: Error | false): void => {
    if (isOver) return;
    isOver = true;
    const why = `${host}:${port}: ${reason ?? wording(error)}`;
    lines.close(new Error(why));
    events.ended(why);
    over.resolve();
  };
  watch(client, { transport, because: (why) => (reason ??= why), finish });
  client.connect(clientOptions(settings, Transport));

  return {
    nick: () => client.user.nick,
    isMe: (nick) => client.caseLower(nick) === client.caseLower(client.user.nick),
    fold: (name) => client.caseLower(name),
    hasCap: (name) => client.network.cap.isEnabled(name),
    supports: (name) => client.network.supports(name),
    send: (texts, turn) => lines.send(texts, turn),
    sendNow: (line) => client.raw(line),
    because: (why) => void (reason ??= why),
    end(why) {
      reason ??= why;
      transport.drop(new Error(why));
    },
    async leave() {
      reason ??= 'we left';
      client.quit('Signalbox leaves');
      const slow = setTimeout(() => transport.drop(new Error('we left')), goodByeWithinMs);
      await over.promise;
      clearTimeout(slow);
    },
  };
}

function watch(
  client: IrcClient,
  on: { transport: LineTransport; because(why: string): void; finish(error: Error | false): void },
): void {
  let isArriving = true;
  client.on('registered', () => (isArriving = false));
  client.on('sasl failed', ({ reason, message }) => {
    // Not offered is not refused: whoever is told that we have arrived decides what to do then.
    if (!isArriving || reason === 'capability_missing' || reason === 'unsupported_mechanism')
      return;
    on.because(`the account's password was not accepted (SASL: ${message ?? reason})`);
    on.transport.drop(new Error('SASL failed'));
  });
  client.on('ping timeout', () => {
    on.because('the server does not answer any more');
    on.transport.drop(new Error('ping timeout'));
  });
  client.on('socket close', on.finish);
}

function clientOptions(settings: FullIrcSettings, transport: unknown): object {
  const { host, port, nick, realName, password, account, ping } = settings;
  return {
    host,
    port,
    nick,
    username: 'signalbox',
    gecos: realName,
    password,
    // Never left out: without an account the library offers the server's password to whoever asks for SASL.
    account: account ? { account: account.name, password: account.password } : {},
    sasl_disconnect_on_fail: false,
    auto_reconnect: false,
    ping_interval: ping.everyMs / 1_000,
    ping_timeout: ping.timeoutMs / 1_000,
    // Answers to CTCP would be a flood that others start.
    version: '',
    transport,
  };
}

function wording(error: Error | false): string {
  if (!error) return 'the server closed the connection';
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code);
  return isCertificate ? `its certificate was not accepted: ${message}` : message || code;
}
