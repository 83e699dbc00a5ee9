import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cut,
  escaped,
  inMessages,
  mostCharacters,
  mostLines,
  plain,
  withoutFence,
} from './slack-text.ts';

test('nothing we say opens markup', () => {
  assert.equal(escaped('<!channel> & <@U1>\u0007'), '&lt;!channel&gt; &amp; &lt;@U1&gt;');
});

test('what we say is what is heard of it', () => {
  for (const text of ['a < b && c > d', '&amp;', '<@U1|x>', '&lt;!here&gt;'])
    assert.equal(plain(escaped(text), 'T1'), text);
});

test('mentions become accounts, whatever name stands beside them', () => {
  assert.equal(plain('!good for <@U1|release-manager> <@U2>', 'T1'), '!good for @T1:U1 @T1:U2');
});

test('links, channels and groups become what people see', () => {
  assert.equal(
    plain(
      '<http://shop.example|shop.example> <https://a.example/x?a=1&amp;b=2> <#C1|till> <#C2> <!here>',
      'T1',
    ),
    'shop.example https://a.example/x?a=1&b=2 #till #C2 @here',
  );
});

test('several lines become one', () => {
  assert.equal(plain('!bad 879\r\ncart\tis\u0000broken ', 'T1'), '!bad 879 cart is broken');
});

test('a command sent as code is a command', () => {
  assert.equal(withoutFence('`!bb feature/x`'), '!bb feature/x');
  assert.equal(withoutFence('```!good```'), '!good');
  assert.equal(withoutFence('!bad `cart` and `till`'), '!bad `cart` and `till`');
});

test('messages have at most so many lines and characters, and nothing is lost', () => {
  const lines = Array.from({ length: 101 }, (_, at) => `line ${at}`);
  const messages = inMessages(lines);
  assert.deepEqual(messages.join('\n').split('\n'), lines);
  assert.equal(messages.length, Math.ceil(101 / mostLines));
});

test('a long line is cut between words, else never within a character or an escape', () => {
  const words = Array.from({ length: 1_000 }, (_, at) => `word${at}`).join(' ');
  assert.equal(inMessages([words]).join(' '), words);
  for (const shift of [0, 1, 2, 3, 4]) {
    const line = escaped('x'.repeat(shift) + '<🚂&'.repeat(2_000));
    const pieces = inMessages([line]);
    assert.equal(pieces.join(''), line);
    for (const piece of pieces) {
      assert.ok(piece.length <= mostCharacters);
      assert.ok(piece.isWellFormed());
      assert.equal(piece.replaceAll(/&(amp|lt|gt);/g, '').includes('&'), false);
    }
  }
});

test('what is cut shows it, and characters stay whole', () => {
  assert.equal(cut('🚂🚂🚂', 2), '🚂…');
  assert.equal(cut('🚂🚂', 2), '🚂🚂');
});
