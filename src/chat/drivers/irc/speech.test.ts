import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { IrcPerson } from '../../../../test/support/irc-person.ts';
import { type IrcRig, ircRig } from '../../../../test/support/irc-rig.ts';
import { hasNgircd } from '../../../../test/support/ngircd.ts';
import { type Listening, listening, until } from '../../network.contract.ts';
import type { IrcSettings } from './irc-settings.ts';

describe('speaking and hearing on IRC', { skip: !hasNgircd && 'ngircd is not installed' }, () => {
  let rig: IrcRig;
  let listener: Listening;
  let watcher: IrcPerson;

  const arrive = async (settings: Partial<IrcSettings> = {}, penalties = false) => {
    rig = await ircRig({ penalties });
    watcher = await rig.person('watcher');
    await watcher.join('#shop');
    const network = rig.network(settings);
    await network.enter(['#shop']);
    network.start(listener);
    await watcher.sees(/^:signalbox!\S+ JOIN/);
    return network;
  };
  const said = (): string[] =>
    watcher.lines.flatMap((line) => /^:signalbox!\S+ PRIVMSG #shop :(.*)$/.exec(line)?.[1] ?? []);
  /** The server has it before it answers who said it; the watcher has it when the server answers them. */
  const allSaid = async (): Promise<string[]> => {
    await watcher.settled();
    return said();
  };
  beforeEach(() => {
    listener = listening();
  });
  afterEach(() => rig.close());

  test('10,000 messages are heard, each once and in order', async () => {
    await arrive();
    const words = Array.from({ length: 10_000 }, (_, index) => `word ${index}`);
    for (let from = 0; from < words.length; from += 500) {
      for (const word of words.slice(from, from + 500)) watcher.send(`PRIVMSG #shop :${word}`);
      await watcher.settled();
    }
    await until('all are heard', () => listener.messages.length >= words.length);
    assert.deepEqual(
      listener.messages.map(({ text }) => text),
      words,
    );
    assert.equal(new Set(listener.messages.map(({ id }) => id)).size, words.length);
  });

  test('a flood of our own arrives whole at a server that slows down who says much', async () => {
    const network = await arrive({ pace: { burst: 5, lineEveryMs: 100 } }, true);
    const lines = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(380)}`);
    await network.say('#shop', lines);
    assert.deepEqual(await allSaid(), lines);
    assert.equal(listener.states.at(-1)?.state, 'here');
  });

  test('a long line arrives whole, in pieces', async () => {
    const network = await arrive();
    const line = 'Überraschung im Wärmetauscher 🚂 '.repeat(60).trim();
    await network.say('#shop', [line]);
    const pieces = await allSaid();
    assert.ok(pieces.length > 4);
    assert.equal(pieces.join(' '), line);
  });

  test('nothing in a text becomes a command', async () => {
    const network = await arrive();
    await network.say('#shop', ['one\r\nQUIT :gone\nJOIN #blog\0', '\x01VERSION\x01']);
    await network.say('#shop', ['still here']);
    assert.deepEqual(await allSaid(), ['one', 'QUIT :gone', 'JOIN #blog', 'VERSION', 'still here']);
    await assert.rejects(network.say('#shop,#blog', ['twice']));
    await assert.rejects(network.say('#shop\r\nQUIT', ['gone']));
    await assert.rejects(network.enter(['#shop 0']));
  });

  test('a room that does not take our words refuses with its reason', async () => {
    const network = await arrive();
    await assert.rejects(network.say('#nowhere', ['hello']), /#nowhere: /);
  });

  test('colours and control characters are not heard', async () => {
    await arrive();
    await watcher.say('#shop', '\x02\x0304,01!good\x0f \x1dfor ann\x03');
    await until('it is heard', () => listener.messages.length === 1);
    assert.equal(listener.messages[0]?.text, '!good for ann');
  });

  test('notices and CTCP are not heard', async () => {
    await arrive();
    for (const line of [
      'NOTICE #shop :!good',
      'PRIVMSG #shop :\x01ACTION !good\x01',
      'PRIVMSG signalbox :\x01VERSION\x01',
    ])
      watcher.send(line);
    await watcher.say('#shop', 'a word');
    await until('the word is heard', () => listener.messages.length > 0);
    assert.deepEqual(
      listener.messages.map(({ text }) => text),
      ['a word'],
    );
    assert.ok(!watcher.lines.some((line) => line.includes('NOTICE watcher')));
  });

  test('without the right to a topic there is none, which is noted once', async () => {
    const network = await arrive();
    const chair = await rig.person('chair');
    await chair.join('#own');
    chair.send('MODE #own +t');
    await network.enter(['#shop', '#own']);
    await chair.sees(/^:signalbox!\S+ JOIN/);
    const card = { key: 'train', line: 'shop #1', lines: ['shop #1'], buttons: [] };
    assert.equal(await network.show('#own', card, null), null);
    assert.equal(await network.show('#own', { ...card, line: 'shop #2' }, null), null);
    assert.equal(rig.notes.filter((words) => words.includes('#own')).length, 1);
  });

  test('more lines than may wait are refused, and those that wait are said', async () => {
    const network = await arrive({ mostWaitingLines: 10, pace: { burst: 1, lineEveryMs: 20 } });
    const first = network.say('#shop', ['1', '2', '3', '4', '5', '6']);
    await assert.rejects(network.say('#shop', ['7', '8', '9', '10', '11', '12']), /wait/);
    await first;
    assert.deepEqual(await allSaid(), ['1', '2', '3', '4', '5', '6']);
  });
});
