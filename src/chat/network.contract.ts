import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Card, ChatNetwork, Connection, Heard, NetworkListener } from './network.ts';

/** A network with two rooms and two people who are logged in and in both rooms. */
export interface NetworkUnderTest {
  /** Not started yet. */
  network: ChatNetwork;
  rooms: readonly [string, string];
  /** As the network knows them. */
  people: { ann: string; bob: string };
  /** One of them says it in a room, or to us alone; the network has taken it when it resolves. */
  says(account: string, room: string | null, text: string): Promise<void>;
  /** What we said in a room, oldest first, cards left out. */
  said(room: string): readonly string[];
  /** What we said to one account alone. */
  told(account: string): readonly string[];
  /** The cards to be seen in a room now, each by whatever of it shows there. */
  cards(room: string): readonly string[];
  /** The network is gone for us until it is mended. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** It stops the network too. */
  close(): Promise<void>;
}

/** What the port promises, for every driver and the fake. */
export function networkContract(name: string, open: () => Promise<NetworkUnderTest>): void {
  describe(name, () => {
    let it: NetworkUnderTest;
    let listener: Listening;
    const start = async (): Promise<void> => {
      it.network.start(listener);
      await until('we are here', () => listener.states.at(-1)?.state === 'here');
      await it.network.enter([it.rooms[0]]);
    };
    /** What was heard without the greetings that find out whether we listen already. */
    const texts = (): string[] =>
      listener.messages.map(({ text }) => text).filter((one) => one !== 'hello');
    const listens = async (room: string | null): Promise<void> => {
      const before = listener.messages.length;
      await until(`we listen in ${room}`, async () => {
        await it.says(it.people.ann, room, 'hello');
        for (let looks = 0; looks < 10 && listener.messages.length === before; looks += 1)
          await pause(20);
        return listener.messages.length > before;
      });
    };
    beforeEach(async () => {
      it = await open();
      listener = listening();
    });
    afterEach(() => it.close());

    test('what is said in a room is heard with its room, its account and an id of its own', async () => {
      await start();
      await listens(it.rooms[0]);
      await it.says(it.people.ann, it.rooms[0], '!good');
      await it.says(it.people.bob, it.rooms[0], '!bad cart is broken — très');
      await until('both are heard', () => texts().length === 2);
      const [first, second] = listener.messages.slice(-2);
      assert.deepEqual(
        [first?.from.account, first?.room, first?.text],
        [it.people.ann, it.rooms[0], '!good'],
      );
      assert.deepEqual(
        [second?.from.account, second?.room, second?.text],
        [it.people.bob, it.rooms[0], '!bad cart is broken — très'],
      );
      const ids = listener.messages.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.ok(ids.every((id) => id.length > 0 && id.length <= 200));
    });

    test('what is said to us alone has no room', async () => {
      await start();
      await listens(it.rooms[0]);
      await it.says(it.people.bob, null, '!mine');
      await until('it is heard', () => texts().includes('!mine'));
      const last = listener.messages.at(-1);
      assert.deepEqual([last?.room, last?.from.account], [null, it.people.bob]);
    });

    test('messages are heard one at a time and in order, however slow the listener is', async () => {
      await start();
      await listens(it.rooms[0]);
      let inside = 0;
      let most = 0;
      listener.onHeard = async () => {
        inside += 1;
        most = Math.max(most, inside);
        await pause(5);
        inside -= 1;
      };
      const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
      for (const word of words) await it.says(it.people.ann, it.rooms[0], word);
      await until('all are heard', () => texts().length >= words.length);
      assert.deepEqual(texts(), words);
      assert.equal(most, 1);
    });

    test('what could not be written down is heard again under its id', async () => {
      await start();
      await listens(it.rooms[0]);
      const ids: string[] = [];
      listener.onHeard = async ({ id, text }) => {
        if (text !== '!good') return;
        ids.push(id);
        if (ids.length < 3) throw new Error('the database is away');
      };
      await it.says(it.people.ann, it.rooms[0], '!good');
      await until('the third time it is', () => ids.length >= 3);
      assert.equal(new Set(ids).size, 1);
    });

    test('what we say is in the room in order and not heard by ourselves', async () => {
      await start();
      await listens(it.rooms[0]);
      await it.network.say(it.rooms[0], ['one', 'two  words', 'three — très']);
      await it.network.say(it.rooms[0], ['four']);
      const wanted = ['one', 'two  words', 'three — très', 'four'];
      await until('all is said', () => it.said(it.rooms[0]).join('\n').includes('four'));
      assert.deepEqual(
        it.said(it.rooms[0]).flatMap((one) => one.split('\n')),
        wanted,
      );
      await listens(it.rooms[0]);
      assert.deepEqual(texts(), []);
    });

    test('an account is told alone; one that nobody is logged in to cannot be reached', async () => {
      await start();
      await listens(it.rooms[0]);
      await it.says(it.people.bob, it.rooms[0], 'here I am');
      assert.equal(await it.network.tell(it.people.bob, ['your change leaves at 15:00']), true);
      await until('bob has it', () => it.told(it.people.bob).length > 0);
      assert.deepEqual(it.told(it.people.bob), ['your change leaves at 15:00']);
      assert.deepEqual(it.told(it.people.ann), []);
      assert.deepEqual(it.said(it.rooms[0]), []);
      assert.equal(await it.network.tell('nobody-has-this', ['hello']), false);
    });

    test('the same card twice is one card, and another face replaces it', async () => {
      await start();
      await listens(it.rooms[0]);
      const first = await it.network.show(it.rooms[0], card('0 of 2 are good'), null);
      await until('it is there', () => it.cards(it.rooms[0]).some((one) => one.includes('0 of 2')));
      const again = await it.network.show(it.rooms[0], card('0 of 2 are good'), first);
      const then = await it.network.show(it.rooms[0], card('1 of 2 is good'), again);
      await until('it is new', () => it.cards(it.rooms[0]).some((one) => one.includes('1 of 2')));
      const decided = { ...card('gone to production'), buttons: [] };
      await it.network.show(it.rooms[0], decided, then);
      await until('it is decided', () =>
        it.cards(it.rooms[0]).some((one) => one.includes('gone to')),
      );
      assert.equal(it.cards(it.rooms[0]).length, 1);
    });

    test('rooms are changed by entering others', async () => {
      await start();
      await listens(it.rooms[0]);
      await it.network.enter([it.rooms[1]]);
      await listens(it.rooms[1]);
      await it.says(it.people.ann, it.rooms[0], 'in the old room').catch(() => undefined);
      await it.says(it.people.ann, it.rooms[1], 'in the new room');
      await until('the new one is heard', () => texts().includes('in the new room'));
      assert.deepEqual(texts(), ['in the new room']);
    });

    test('a network that is gone is away with a reason, refuses to speak, and is here again by itself', async () => {
      await start();
      await listens(it.rooms[0]);
      await it.cut();
      await until('it is away', () => listener.states.at(-1)?.state === 'away');
      const away = listener.states.at(-1);
      assert.ok(away?.state === 'away' && away.why.length > 0);
      await assert.rejects(it.network.say(it.rooms[0], ['is anybody there?']));
      await it.mend();
      await until('it is here', () => listener.states.at(-1)?.state === 'here');
      await listens(it.rooms[0]);
      await it.network.say(it.rooms[0], ['back']);
      await until('it speaks', () => it.said(it.rooms[0]).at(-1) === 'back');
    });

    test('after it was stopped nothing is heard, and stopping twice is stopping', async () => {
      await start();
      await listens(it.rooms[0]);
      await it.network.stop();
      await it.network.stop();
      const before = listener.messages.length;
      await it.says(it.people.ann, it.rooms[0], '!good').catch(() => undefined);
      await assert.rejects(it.network.say(it.rooms[0], ['hello']));
      assert.equal(listener.messages.length, before);
    });
  });
}

/** A listener that remembers. */
export interface Listening extends NetworkListener {
  messages: Heard[];
  states: Connection[];
  /** Called before a message counts as heard. */
  onHeard: (message: Heard) => Promise<void>;
}

export function listening(): Listening {
  const self: Listening = {
    messages: [],
    states: [],
    onHeard: async () => undefined,
    async heard(message) {
      await self.onHeard(message);
      self.messages.push(message);
    },
    connection: (now) => void self.states.push(now),
  };
  return self;
}

const card = (line: string): Card => ({
  key: 'train shop 214',
  line: `shop #214: ${line}`,
  lines: [`shop #214: ${line}`, 'ann: cart rounding', 'bob: redis client'],
  buttons: [{ label: 'Good', command: '!good', asksReason: false }],
});

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await holds()); looks += 1) {
    if (looks > 9_000) throw new Error(`never: ${what}`);
    await pause(20);
  }
}
