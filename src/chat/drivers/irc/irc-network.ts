import { setTimeout as pause } from 'node:timers/promises';
import type { ChatNetwork, Connection, Heard } from '../../network.ts';
import { backOffMs } from '../back-off-ms.ts';
import { type Inbox, inbox } from './inbox.ts';
import { fullIrcSettings, type IrcSettings } from './irc-settings.ts';
import { type Session, session } from './session.ts';
import { target } from './target.ts';
import { topics } from './topics.ts';

/**
 * An IRC server. Who somebody is comes from the account the server's services have logged them in to (IRCv3
 * account-tag, extended-join and account-notify, else WHOIS 330), never from nick, user or host. Without account-tag
 * only those who share a room with us can be known. On a server without services nobody has an account.
 *
 * IRC keeps no history: what was said while we were away is not heard. A card is the room's topic.
 */
export function ircNetwork(settings: IrcSettings): ChatNetwork {
  const full = fullIrcSettings(settings);
  const shown = topics();
  const stopping = new AbortController();
  let rooms: readonly string[] = [];
  /** Connected or connecting. */
  let latest: Session | null = null;
  let current: Session | null = null;
  let messages: Inbox | null = null;
  let running: Promise<void> = Promise.resolve();
  const here = (): Session => {
    if (!current) throw new Error(`${full.host}:${full.port} is away`);
    return current;
  };

  const visit = (on: Visit): Promise<Visited> =>
    new Promise((resolve) => {
      let arrivedAt = Infinity;
      const opened = session(full, shown, {
        here() {
          arrivedAt = performance.now();
          current = opened;
          // Only now the server has said which names are equal.
          opened.enter(rooms);
          on.turn({ state: 'here' });
        },
        heard: on.heard,
        ended(why) {
          current = null;
          resolve({ why, hereMs: Math.max(0, performance.now() - arrivedAt) });
        },
      });
      latest = opened;
    });

  async function run(on: Visit): Promise<void> {
    on.turn({ state: 'away', why: `${full.host}:${full.port}: not connected yet` });
    for (let tries = 0; !stopping.signal.aborted; tries += 1) {
      const { why, hereMs } = await visit(on);
      on.turn({ state: 'away', why });
      if (hereMs >= steadyMs) tries = 0;
      const wait = backOffMs(tries, full.pauses);
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    start(listener) {
      const box = inbox((message) => listener.heard(message), full.note);
      messages = box;
      const turn = onlyNews((now) => listener.connection(now));
      running = run({ turn, heard: (message) => box.add(message) });
    },
    say: async (room, lines) => here().say(room, lines),
    tell: async (account, lines) => here().tell(account, lines),
    async show(room, card) {
      await here().show(room, card);
      return null;
    },
    async enter(wanted) {
      rooms = wanted.map(target);
      current?.enter(rooms);
    },
    async stop() {
      stopping.abort();
      await Promise.all([messages?.close(), latest?.leave()]);
      await running;
    },
  };
}

/** How a connection went. */
interface Visited {
  why: string;
  hereMs: number;
}

interface Visit {
  turn(now: Connection): void;
  heard(message: Promise<Heard>): void;
}

/** A connection that held so long was a good one: the pauses begin anew. */
const steadyMs = 60_000;

function onlyNews(turn: (now: Connection) => void): (now: Connection) => void {
  let last = '';
  return (now) => {
    const words = now.state === 'away' ? `away: ${now.why}` : now.state;
    if (words !== last) turn(now);
    last = words;
  };
}
