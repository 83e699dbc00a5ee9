import { createRequire } from 'node:module';
import type { LineTransport } from './line-transport.ts';

/** One line of the server, read by irc-framework. */
export interface IrcMessage {
  tags: Readonly<Record<string, string>>;
  nick: string;
  ident: string;
  hostname: string;
  command: string;
  params: readonly string[];
}

/** What we use of irc-framework's client, which is written in JavaScript and brings no types. */
export interface IrcClient {
  user: { nick: string };
  network: {
    cap: { isEnabled(name: string): boolean };
    supports(name: string): unknown;
  };
  connect(options: object): void;
  raw(line: string): void;
  quit(reason: string): void;
  caseLower(text: string): string;
  on(event: 'ping timeout' | 'registered', listener: () => void): void;
  on(event: 'socket close', listener: (error: Error | false) => void): void;
  on(event: 'sasl failed', listener: (failed: { reason: string; message?: string }) => void): void;
  use(middleware: (client: IrcClient, raw: RawMiddleware) => void): void;
}

interface RawMiddleware {
  use(
    take: (
      command: string,
      message: IrcMessage,
      line: string,
      client: IrcClient,
      next: () => void,
    ) => void,
  ): void;
}

const framework = createRequire(import.meta.url)('irc-framework') as {
  Client: new () => IrcClient;
};

export interface ClientOptions {
  transport: LineTransport;
  /** Each line as it comes, before the library looks at it: it holds back what belongs to a batch. */
  takes: (message: IrcMessage) => void;
  /** A line that could not be handled. It is skipped. */
  tripped: (error: unknown) => void;
}

/** Registration, capabilities, SASL and pings are the library's; how to connect and what to make of lines is ours. */
export function ircClient({ transport, takes, tripped }: ClientOptions): {
  client: IrcClient;
  Transport: new () => LineTransport;
} {
  const client = new framework.Client();
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      tripped(error);
    }
  };
  client.use((_client, raw) =>
    raw.use((_command, message, _line, _same, next) => {
      // What is thrown through the library's middleware ends on the console.
      attempt(() => takes(message));
      attempt(next);
    }),
  );
  // The library makes its transport by `new`; a function that returns an object gives it ours.
  const Transport = function give() {
    return transport;
  } as unknown as new () => LineTransport;
  return { client, Transport };
}
