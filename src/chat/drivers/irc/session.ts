import type { Card, Heard } from '../../network.ts';
import { otherNicks } from './free-nick.ts';
import { hearing } from './hearing.ts';
import { accountName, type Identities, identities } from './identities.ts';
import type { FullIrcSettings } from './irc-settings.ts';
import { type KeptRooms, keptRooms } from './kept-rooms.ts';
import { followLine, type LineEvents } from './line-follower.ts';
import { type Members, members } from './members.ts';
import { type Receipts, receipts, type Refusal, refusingNumerics } from './receipts.ts';
import { type ServerConnection, serverConnection } from './server-connection.ts';
import { splitLine } from './split-line.ts';
import { target } from './target.ts';
import { fittingTopic, type Topics } from './topics.ts';

/** One connection to the server, from the first byte to the last. */
export interface Session {
  enter(rooms: readonly string[]): void;
  say(room: string, lines: readonly string[]): Promise<void>;
  tell(account: string, lines: readonly string[]): Promise<boolean>;
  show(room: string, card: Card): Promise<void>;
  /** It has ended when it resolves. Repeatable. */
  leave(): Promise<void>;
}

export interface SessionEvents {
  here(): void;
  heard(message: Promise<Heard>): void;
  /** Once, at last. */
  ended(why: string): void;
}

/** What one connection knows. */
interface Known {
  server: ServerConnection;
  settings: FullIrcSettings;
  rooms: KeptRooms;
  members: Members;
  identities: Identities;
  receipts: Receipts;
  /** By folded room. */
  topics: Map<string, string>;
  /** What was noted once and need not be again. */
  noted: Set<string>;
  state: 'arriving' | 'registered' | 'here' | 'over';
  isLoggedIn: boolean;
}

const registerWithinMs = 60_000;
const whoisWithinMs = 20_000;
/** How many people may be asked for their account to find one. */
const mostAsked = 10;

/** Connects at once. */
export function session(settings: FullIrcSettings, topics: Topics, events: SessionEvents): Session {
  const known = beginning(settings, {
    ...events,
    ended(why) {
      known.state = 'over';
      clearInterval(tending);
      clearTimeout(late);
      known.identities.close();
      known.receipts.close(new Error(why));
      events.ended(why);
    },
  });
  const { server, rooms } = known;
  const tending = setInterval(() => tend(known), settings.tendEveryMs);
  const late = setTimeout(() => {
    if (known.state === 'arriving') server.end('the server does not let us in');
  }, registerWithinMs);

  return {
    enter: (wanted) => rooms.want(wanted.map(target)),
    async say(room, lines) {
      const refusal = await deliver(known, target(room), lines);
      if (refusal) throw new Error(`${room}: ${refusal.words}`);
    },
    async tell(account, lines) {
      for (const nick of candidates(known, account)) {
        const now = await known.identities.accountNow(nick);
        if (now === accountName(account)) return (await deliver(known, nick, lines)) === null;
      }
      return false;
    },
    async show(room, card) {
      const topic = fittingTopic(topics.with(room, card), server.supports('TOPICLEN'));
      if (known.topics.get(server.fold(room)) === topic) return;
      const refusal = await sendTo(known, room, [`TOPIC ${target(room)} :${topic}`]);
      if (refusal) noteOnce(known, `${room} has no topic of ours: ${refusal.words}`);
    },
    leave: () => server.leave(),
  };
}

function beginning(settings: FullIrcSettings, events: SessionEvents): Known {
  const server = serverConnection(settings, {
    takes: (message) => followLine(message, lineEvents, server),
    ended: events.ended,
  });
  const fold = server.fold;
  const known: Known = {
    server,
    settings,
    rooms: keptRooms({
      fold,
      key: (room) => settings.keys[room],
      send: (line) => void server.send([line], 'first').catch(() => undefined),
    }),
    members: members(),
    identities: identities({
      ask: (nick) => server.send([`WHOIS ${nick}`], 'first'),
      fold,
      clock: settings.clock,
      believeForMs: () => (server.hasCap('account-notify') ? Infinity : settings.believeForMs),
      answerWithinMs: whoisWithinMs,
    }),
    receipts: receipts(),
    topics: new Map(),
    noted: new Set(),
    state: 'arriving',
    isLoggedIn: false,
  };
  const lineEvents = following(known, events);
  return known;
}

function following(known: Known, events: SessionEvents): LineEvents {
  const { server, rooms, members, identities, receipts, settings } = known;
  const nicks = otherNicks(settings.nick);
  const ears = hearing({ ...server, rooms, members, identities });
  const forget = (nick: string): void => identities.forget(nick);
  return {
    registered: () => void (known.state = 'registered'),
    loggedIn: () => void (known.isLoggedIn = true),
    welcomed: () => arrive(known, events),
    nickTaken() {
      if (known.state === 'arriving') server.sendNow(`NICK ${nicks.next().value}`);
    },
    weEntered(room) {
      for (const nick of members.closed(server.fold(room))) forget(nick);
      rooms.entered(room);
    },
    weLeft(room) {
      rooms.left(room);
      for (const nick of members.closed(server.fold(room))) forget(nick);
    },
    entered(nick, room, account) {
      if (!members.has(server.fold(nick))) forget(nick);
      members.entered(server.fold(nick), server.fold(room));
      if (account !== undefined) identities.told(nick, account);
    },
    left(nick, room) {
      if (members.left(server.fold(nick), server.fold(room))) forget(nick);
    },
    quit(nick) {
      members.gone(server.fold(nick));
      forget(nick);
      wishNick(known, nick);
    },
    renamed(nick, to) {
      members.renamed(server.fold(nick), server.fold(to));
      forget(nick);
      forget(to);
      wishNick(known, nick);
    },
    account(nick, account) {
      if (members.has(server.fold(nick))) identities.told(nick, account);
    },
    whois: (numeric, params) => identities.answered(numeric, params),
    topic: (room, topic) => void known.topics.set(server.fold(room), topic),
    said(message) {
      const heard = ears.hear(message);
      if (heard) events.heard(heard);
    },
    batch: (id, type) => ears.batch(id, type),
    pong: (token) => receipts.ponged(token),
    refused(numeric, about, words) {
      if (refusingNumerics.has(numeric)) receipts.refused(server.fold(about), { numeric, words });
      const room = rooms.nameOf(about);
      if (room && roomNumerics.has(numeric)) noteOnce(known, `${room} cannot be entered: ${words}`);
    },
    closing: (words) => server.because(words || 'the server closed the connection'),
  };
}

/** A JOIN that was refused. */
const roomNumerics: ReadonlySet<string> = new Set('403 405 437 471 473 474 475 476 477'.split(' '));

/** Registered, and told what the server can do: we log in and are here. */
function arrive(known: Known, events: SessionEvents): void {
  if (known.state !== 'registered') return;
  const { server, settings, isLoggedIn } = known;
  if (settings.account && !isLoggedIn) {
    const { name, password, nickServ } = settings.account;
    if (!nickServ)
      return server.end(
        'the server offers no SASL, and no NickServ is named that we could log in by',
      );
    server.sendNow(`PRIVMSG ${target(nickServ)} :IDENTIFY ${name} ${password}`);
  }
  known.state = 'here';
  events.here();
  tend(known);
}

function tend(known: Known): void {
  if (known.state !== 'here') return;
  known.rooms.tend();
  wishNick(known, known.settings.nick);
}

/** Somebody has let go of a nick; when it is ours we take it back. */
function wishNick({ server, settings, state }: Known, free: string): void {
  if (state !== 'here' || server.fold(free) !== server.fold(settings.nick)) return;
  if (server.isMe(settings.nick)) return;
  void server.send([`NICK ${settings.nick}`], 'first').catch(() => undefined);
}

function deliver(known: Known, to: string, lines: readonly string[]): Promise<Refusal | null> {
  const pieces = lines.flatMap((line) => splitLine(line));
  return sendTo(
    known,
    to,
    pieces.map((piece) => `PRIVMSG ${to} :${piece}`),
  );
}

async function sendTo(known: Known, to: string, lines: readonly string[]): Promise<Refusal | null> {
  const { server, receipts, state } = known;
  if (state !== 'here') throw new Error(`${known.settings.host} is away`);
  if (lines.length === 0) return null;
  const { token, answer } = receipts.expect(server.fold(to));
  await server.send([...lines, `PING ${token}`]).catch((error: unknown) => {
    receipts.forget(token);
    throw error;
  });
  return await answer;
}

/** Who may have the account: first whom we knew with it, then its namesake, then some whom we do not know yet. */
function candidates({ server, identities, members }: Known, account: string): string[] {
  const strangers = members.all().filter((nick) => !server.isMe(nick) && !identities.knows(nick));
  const namesake = /^[^\s,:*?!@#&+]+$/.test(account) ? [server.fold(account)] : [];
  const all = [...identities.nicksOf(account), ...namesake, ...strangers.slice(0, mostAsked)];
  return [...new Set(all)];
}

function noteOnce({ noted, settings }: Known, words: string): void {
  if (noted.has(words)) return;
  noted.add(words);
  settings.note(words);
}
