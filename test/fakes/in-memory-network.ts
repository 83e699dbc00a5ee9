import { setTimeout as pause } from 'node:timers/promises';
import type {
  Card,
  ChatNetwork,
  Connection,
  Heard,
  NetworkListener,
} from '../../src/chat/network.ts';

export interface InMemoryNetwork {
  network: ChatNetwork;
  /** Who is logged in and can be told something. */
  accounts: Set<string>;
  /** Resolves when it is heard. `account: null` is somebody who has not logged in. */
  says(message: Partial<Heard> & { account: string | null; text: string }): Promise<void>;
  said: { room: string; line: string }[];
  told: { account: string; line: string }[];
  /** By room, then by what `show` answered. */
  cards: Map<string, Map<string, Card>>;
  rooms(): readonly string[];
  cut(): void;
  mend(): void;
}

/** A network of one process: what is said in rooms nobody entered, or while it is cut, is not heard. */
export function inMemoryNetwork(): InMemoryNetwork {
  let listener: NetworkListener | null = null;
  let entered: readonly string[] = [];
  let state: Connection = { state: 'here' };
  let messages = 0;
  let hearing = Promise.resolve();
  const here = (): NetworkListener => {
    if (!listener || state.state === 'away') throw new Error('the network is away');
    return listener;
  };
  const turn = (now: Connection): void => {
    state = now;
    listener?.connection(now);
  };

  const self: InMemoryNetwork = {
    accounts: new Set(),
    said: [],
    told: [],
    cards: new Map(),
    rooms: () => entered,
    cut: () => turn({ state: 'away', why: 'the network was cut' }),
    mend: () => turn({ state: 'here' }),
    says({ account, room = null, text, ...rest }) {
      messages += 1;
      const message = {
        id: `message ${messages}`,
        room,
        text,
        ...rest,
        from: { account, nick: account ?? 'someone' },
      };
      if (room !== null && !entered.includes(room)) return Promise.resolve();
      if (!listener || state.state === 'away') return Promise.resolve();
      hearing = hearing.then(() => deliver(message, () => listener));
      return hearing;
    },
    network: {
      start(to) {
        listener = to;
        to.connection(state);
      },
      async say(room, lines) {
        here();
        self.said.push(...lines.map((line) => ({ room, line })));
      },
      async tell(account, lines) {
        here();
        if (!self.accounts.has(account)) return false;
        self.told.push(...lines.map((line) => ({ account, line })));
        return true;
      },
      async show(room, card, message) {
        here();
        messages += 1;
        const id = message ?? `card ${messages}`;
        self.cards.set(room, (self.cards.get(room) ?? new Map<string, Card>()).set(id, card));
        return id;
      },
      async enter(rooms) {
        entered = rooms;
      },
      async stop() {
        listener = null;
        await hearing;
      },
    },
  };
  return self;
}

/** Again and again, as a network does that gets no answer. */
async function deliver(message: Heard, to: () => NetworkListener | null): Promise<void> {
  for (let listener = to(); listener; listener = to()) {
    const heard = await listener.heard(message).then(
      () => true,
      () => false,
    );
    if (heard) return;
    await pause(5);
  }
}
