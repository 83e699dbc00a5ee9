import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCommand, type Understood } from './command.ts';
import { allCommandWords, usageOf } from './command-words.ts';

const read = (text: string, apps: readonly string[] = ['shop', 'blog']): Understood =>
  readCommand(text, { apps, isToUs: false });

const command = (text: string): unknown => {
  const understood = read(text);
  return understood.kind === 'command' ? understood.command : understood;
};

describe('what a message asks for', () => {
  const cases: [text: string, command: Record<string, unknown>][] = [
    ['!good', { word: 'good', about: null, whom: null, reason: null }],
    ['! GOOD', { word: 'good', about: null, whom: null, reason: null }],
    ['!good 9f3c2ab', { word: 'good', about: '9f3c2ab', whom: null, reason: null }],
    ['!good for @ann on leave', { word: 'good', about: null, whom: 'ann', reason: 'on leave' }],
    ['!good 9f3c2ab for @ann, ill', { word: 'good', about: '9f3c2ab', whom: 'ann', reason: 'ill' }],
    ['!good for sure', { word: 'good', about: null, whom: null, reason: 'for sure' }],
    ['!bad 879 cart 500s', { word: 'bad', about: '879', reason: 'cart 500s' }],
    ['!bad added too much', { word: 'bad', about: null, reason: 'added too much' }],
    ['!bad "it is slow"', { word: 'bad', about: null, reason: 'it is slow' }],
    ['!hold 1h30m looking', { word: 'hold', forMs: 5_400_000, reason: 'looking' }],
    ['!hold for 2h looking', { word: 'hold', forMs: 7_200_000, reason: 'looking' }],
    ['!unhold please', { word: 'unhold' }],
    ['!eject #879, 881 because slow', { word: 'eject', changes: ['#879', '881'], reason: 'slow' }],
    ['!revert 9f3c2ab', { word: 'revert', changes: ['9f3c2ab'], reason: null }],
    ['!delegate @bob', { word: 'delegate', to: 'bob' }],
    ['!bb feature/cart', { word: 'bb', branch: 'feature/cart' }],
    ['!who', { word: 'who', environment: null }],
    ['!lock staging demo', { word: 'lock', environment: 'staging', reason: 'demo' }],
    ['!unlock staging', { word: 'unlock', environment: 'staging', reason: null }],
    ['!freeze tomorrow 09:00 sale', { word: 'freeze', until: 'tomorrow 09:00', reason: 'sale' }],
    ['!freeze "tomorrow 09:00" sale', { word: 'freeze', until: 'tomorrow 09:00', reason: 'sale' }],
    ['!freeze 2h the sale', { word: 'freeze', until: '2h', reason: 'the sale' }],
    ['!rollback', { word: 'rollback', environment: null, reason: null }],
    ['!rollback 500s', { word: 'rollback', environment: null, reason: '500s' }],
    ['!rollback staging 500s', { word: 'rollback', environment: 'staging', reason: '500s' }],
    ['!verify ABC', { word: 'verify', code: 'ABC' }],
    ['!help !hold', { word: 'help', about: 'hold' }],
  ];
  for (const [text, expected] of cases) test(text, () => assert.deepEqual(command(text), expected));

  test('an app may be named first, and only one that is there', () => {
    assert.equal((read('!good shop 9f3c2ab') as { app: string }).app, 'shop');
    assert.deepEqual(command('!bad book is slow'), {
      word: 'bad',
      about: null,
      reason: 'book is slow',
    });
  });

  test('what does not begin with ! is nothing in a room, and a command to us alone', () => {
    assert.equal(read('good').kind, 'nothing');
    assert.equal(readCommand('good', { apps: [], isToUs: true }).kind, 'command');
    for (const text of ['', '!', '!!', '!!!', '!?', '! ', '!1', 'so !good'])
      assert.equal(read(text).kind, 'nothing', text);
  });

  test('an unknown word has the nearest known one', () => {
    assert.deepEqual(read('!godo'), { kind: 'unknown', word: 'godo', nearest: 'good' });
    assert.deepEqual(read('!weather'), { kind: 'unknown', word: 'weather', nearest: null });
  });

  test('what lacks something is misused, and says what it lacks', () => {
    const lacking = ['!bad', '!hold', '!hold 2h', '!hold now', '!hold 0s x', '!force', '!cancel'];
    const more = [
      '!eject',
      '!eject cart',
      '!revert because',
      '!delegate',
      '!bb',
      '!bb a b',
      '!lock',
    ];
    const rest = ['!lock staging', '!unlock', '!freeze', '!freeze 2h', '!verify', '!good for @'];
    for (const text of [...lacking, ...more, ...rest]) {
      const understood = read(text);
      assert.equal(understood.kind, 'misused', text);
    }
    assert.equal(read(`!bad ${'x'.repeat(501)}`).kind, 'misused');
  });

  test('every word has a usage of its own', () => {
    for (const word of allCommandWords) assert.match(usageOf(word), new RegExp(`^!${word}( |$)`));
  });
});

/** mulberry32: the same messages at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test('20,000 messages of noise are read without a throw, and nothing comes out that did not go in', () => {
  const next = numbers(7);
  const pieces = [
    ...allCommandWords.map((word) => `!${word}`),
    ...'shop blog #1 881 9f3c2ab deadbeef for @ann @ because 2h 0s tomorrow 09:00 staging production/x " \' , ! \u0000 \u202e \ud800 😀 👩‍👩‍👧'.split(
      ' ',
    ),
    'x'.repeat(600),
    '\n',
    '\t',
  ];
  for (let turn = 0; turn < 20_000; turn += 1) {
    const length = 1 + next(8);
    const text = Array.from({ length }, () => pieces[next(pieces.length)] ?? '').join(
      next(4) === 0 ? '' : ' ',
    );
    const understood = readCommand(text, { apps: ['shop', 'blog'], isToUs: next(2) === 0 });
    if (understood.kind !== 'command') continue;
    const { command: found, app } = understood;
    assert.ok(app === null || text.includes(app), text);
    for (const value of Object.values(found)) {
      if (typeof value !== 'string') continue;
      assert.ok(value.isWellFormed() && !/\p{Cc}/u.test(value), JSON.stringify([text, value]));
      for (const word of value.split(' ')) {
        // Characters that no text may hold are replaced before.
        if (word.includes('\ufffd')) continue;
        assert.ok(text.toLowerCase().includes(word.toLowerCase()), JSON.stringify([text, word]));
      }
    }
    if ('reason' in found && found.reason !== null) assert.ok(found.reason.length <= 500);
    if (found.word === 'eject' || found.word === 'revert') assert.ok(found.changes.length > 0);
  }
});
