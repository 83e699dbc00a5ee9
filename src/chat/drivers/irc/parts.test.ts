import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../network.contract.ts';
import { otherNicks } from './free-nick.ts';
import { pacedLines } from './paced-lines.ts';
import { plainText } from './plain-text.ts';
import { splitLine } from './split-line.ts';
import { fittingTopic, topics } from './topics.ts';

test('a burst is written at once and the rest as time goes by', async () => {
  let nowMs = 0;
  const written: string[] = [];
  const lines = pacedLines((line) => written.push(line), {
    burst: 3,
    lineEveryMs: 2,
    mostWaitingLines: 9,
    now: () => nowMs,
  });
  const unsaid = lines.send(['1', '2', '3', '4', '5', '6']);
  const first = lines.send(['first'], 'first');
  assert.deepEqual(written, ['1', '2', '3']);
  await pause(20);
  assert.deepEqual(written, ['1', '2', '3'], 'the clock stands still');
  nowMs += 2;
  await until('one more is written', () => written.length > 3);
  assert.deepEqual(written.slice(3), ['first']);
  nowMs += 4;
  await until('two more are written', () => written.length > 5);
  assert.deepEqual(written.slice(4), ['4', '5']);
  lines.spent();
  nowMs += 2;
  await pause(20);
  assert.equal(written.length, 6, 'a line that went past the queue has used the time');
  const refused = lines.send(['7']);
  lines.close(new Error('over'));
  await first;
  await assert.rejects(unsaid, /over/);
  await assert.rejects(refused, /over/);
});

test('lines are broken between words and never inside a character', () => {
  assert.deepEqual(splitLine('one two three', 8), ['one two', 'three']);
  assert.deepEqual(splitLine('ÄÄÄÄÄ', 5), ['ÄÄ', 'ÄÄ', 'Ä']);
  assert.deepEqual(splitLine('🚂🚂🚂', 9), ['🚂🚂', '🚂']);
  assert.deepEqual(splitLine('a\r\n\r\nb\0c', 9), ['a', 'bc']);
  assert.deepEqual(splitLine(' \n '), []);
});

test('every piece of any text fits and none of it is lost', () => {
  for (let length = 1; length < 300; length += 7) {
    const text = Array.from(
      { length },
      (_, index) => ['wort', 'ßüß', '🚂'.repeat(index % 9), 'x'.repeat(index % 31)][index % 4],
    ).join(' ');
    const pieces = splitLine(text, 40);
    assert.ok(pieces.every((piece) => Buffer.byteLength(piece) <= 40));
    assert.equal(pieces.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
  }
});

test('plain text has no colours, and keeps the digits behind them', () => {
  assert.equal(plainText('\x0312345 \x04ff0000red\x0f\x02!'), '345 red!');
});

test('a taken nick is tried with a tail, then short, then with numbers', () => {
  const nicks = otherNicks('signalbox', () => 0.5);
  const tried = Array.from({ length: 4 }, () => nicks.next().value);
  assert.deepEqual(tried, ['signalbox_', 'signalbox__', 'signalbo_', 'sign50000']);
});

test('a topic shows what is not decided, and what came last', () => {
  const card = (key: string, isDecided = false) => ({
    key,
    line: isDecided ? `${key} is gone` : key,
    lines: [],
    buttons: isDecided ? [] : [{ label: 'Good', command: '!good', asksReason: false }],
  });
  const shown = topics();
  assert.equal(shown.with('#shop', card('shop 1')), 'shop 1');
  assert.equal(shown.with('#shop', card('blog 7')), 'shop 1 | blog 7');
  assert.equal(shown.with('#shop', card('shop 1', true)), 'shop 1 is gone | blog 7');
  assert.equal(shown.with('#shop', card('shop 2')), 'blog 7 | shop 2');
  assert.equal(fittingTopic('äöü', '5'), 'äö');
});
