import type { IrcMessage } from './irc-client.ts';

/** What a session makes of the server's lines. Rooms and nicks are as the server writes them. */
export interface LineEvents {
  registered(): void;
  /** The message of the day is over, and with it all that a server says of itself. */
  welcomed(): void;
  loggedIn(): void;
  nickTaken(): void;
  weEntered(room: string): void;
  weLeft(room: string): void;
  entered(nick: string, room: string, account: string | null | undefined): void;
  left(nick: string, room: string): void;
  quit(nick: string): void;
  renamed(nick: string, to: string): void;
  account(nick: string, account: string | null): void;
  whois(numeric: string, params: readonly string[]): void;
  topic(room: string, topic: string): void;
  said(message: IrcMessage): void;
  batch(id: string, type: string): void;
  pong(token: string): void;
  refused(numeric: string, about: string, words: string): void;
  closing(words: string): void;
}

export interface Surroundings {
  isMe(nick: string): boolean;
  hasCap(name: string): boolean;
}

type Follow = (message: IrcMessage, events: LineEvents, around: Surroundings) => void;

const last = ({ params }: IrcMessage): string => params.at(-1) ?? '';
const loggedIn: Follow = (_message, events) => events.loggedIn();
const welcomed: Follow = (_message, events) => events.welcomed();
const nickTaken: Follow = (_message, events) => events.nickTaken();
const whois: Follow = ({ command, params }, events) => events.whois(command, params.slice(1));
const accountOrNull = (word = '*'): string | null => (word === '*' || word === '0' ? null : word);

const follows: Readonly<Record<string, Follow>> = {
  '001': (_message, events) => events.registered(),
  '376': welcomed,
  '422': welcomed,
  '900': loggedIn,
  '903': loggedIn,
  '432': nickTaken,
  '433': nickTaken,
  '436': nickTaken,
  '437': nickTaken,
  '311': whois,
  '330': whois,
  '318': whois,
  '331': ({ params: [, room = ''] }, events) => events.topic(room, ''),
  '332': (message, events) => events.topic(message.params[1] ?? '', last(message)),
  '353': (message, events) => {
    const room = message.params[2] ?? '';
    for (const name of last(message).split(' ')) {
      const nick = name.replace(/^[~&@%+!]+/, '').replace(/!.*/, '');
      if (nick !== '') events.entered(nick, room, undefined);
    }
  },
  JOIN: ({ nick, params: [room = '', account] }, events, around) => {
    if (around.isMe(nick)) return events.weEntered(room);
    events.entered(nick, room, around.hasCap('extended-join') ? accountOrNull(account) : undefined);
  },
  PART: ({ nick, params: [room = ''] }, events, around) =>
    around.isMe(nick) ? events.weLeft(room) : events.left(nick, room),
  KICK: ({ params: [room = '', nick = ''] }, events, around) =>
    around.isMe(nick) ? events.weLeft(room) : events.left(nick, room),
  QUIT: ({ nick }, events) => events.quit(nick),
  NICK: ({ nick, params: [to = ''] }, events) => events.renamed(nick, to),
  ACCOUNT: ({ nick, params: [account] }, events) => events.account(nick, accountOrNull(account)),
  TOPIC: (message, events) => events.topic(message.params[0] ?? '', last(message)),
  PRIVMSG: (message, events) => events.said(message),
  BATCH: ({ params: [id = '', type = ''] }, events) => {
    if (id.startsWith('+')) events.batch(id.slice(1), type);
  },
  PONG: (message, events) => events.pong(last(message)),
  ERROR: (message, events) => events.closing(last(message)),
};

const closingNumerics: ReadonlySet<string> = new Set(['463', '464', '465', '466']);

export function followLine(message: IrcMessage, events: LineEvents, around: Surroundings): void {
  const follow = Object.hasOwn(follows, message.command) ? follows[message.command] : undefined;
  follow?.(message, events, around);
  if (closingNumerics.has(message.command)) events.closing(last(message));
  else if (/^[45]\d\d$/.test(message.command)) {
    events.refused(message.command, message.params[1] ?? '', last(message));
  }
}
