import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkScanner } from './chunk-scanner.ts';

type Seen = { length: number; state: 'done' | 'bad' | 'more'; payload: string };

/** Scans the text in pieces of this many bytes. */
function scan(text: string, pieceBytes = text.length): Seen {
  let payload = '';
  const scanner = new ChunkScanner((bytes, from, to) => {
    payload += bytes.toString('latin1', from, to);
  });
  const bytes = Buffer.from(text, 'latin1');
  let length = 0;
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    length += scanner.scan(bytes, from, Math.min(bytes.length, from + pieceBytes));
    if (scanner.done || scanner.bad) break;
  }
  assert.equal(scanner.payloadBytes, payload.length);
  return { length, state: scanner.done ? 'done' : scanner.bad ? 'bad' : 'more', payload };
}

const state = (text: string): string => scan(text).state;

test('a body ends behind its trailers and what follows is not counted', () => {
  const body = '5\r\nhello\r\n00A;x="y"\r\n, world!!!\r\n0\r\nX-Sum: 1\r\nX-Odd:\r\n\r\n';
  for (let pieceBytes = 1; pieceBytes <= body.length + 3; pieceBytes += 1) {
    assert.deepEqual(scan(`${body}GET`, pieceBytes), {
      length: body.length,
      state: 'done',
      payload: 'hello, world!!!',
    });
  }
});

test('a scanner serves the next body after reset', () => {
  const scanner = new ChunkScanner();
  const bytes = Buffer.from('1\r\na\r\n0\r\n\r\n');
  assert.equal(scanner.scan(bytes, 0, bytes.length), bytes.length);
  scanner.reset();
  assert.equal(scanner.done, false);
  assert.equal(scanner.scan(bytes, 0, bytes.length), bytes.length);
  assert.deepEqual([scanner.done, scanner.payloadBytes], [true, 1]);
});

test('sizes are up to twelve hexadecimal digits and nothing else', () => {
  assert.equal(state('00000000000a\r\n'), 'more');
  for (const size of [
    '',
    '-1',
    '+1',
    '0x1',
    ' 1',
    '1 ',
    '1\t',
    'g',
    '1.',
    '1_0',
    '0000000000001',
  ]) {
    assert.equal(state(`${size}\r\na\r\n0\r\n\r\n`), 'bad', size);
  }
});

test('every line ends with carriage return and line feed', () => {
  const broken = ['1\na\r\n', '1\r\na\n', '1\r\na\r0', '1\r\nab\r\n', '1;x\n', '1\ra', '0\r\n\n'];
  for (const body of [...broken, '0\r\nA: b\n\r\n', '0\r\nA: b\rc', '0\r\n\ra', '1;\0\r\na\r\n']) {
    assert.equal(state(body), 'bad', JSON.stringify(body));
  }
});

test('trailers have the form of headers and are none of those that would change the message', () => {
  for (const line of ['A : b', ' A: b', ': b', 'A', 'A(: b', 'A: b\0', 'A: b\r\n c']) {
    assert.equal(state(`0\r\n${line}\r\n\r\n`), 'bad', line);
  }
  const names = ['content-Length', 'Transfer-Encoding', 'Host', 'Connection', 'Cookie'];
  for (const name of [...names, 'transfer_encoding', 'X-Forwarded-For', 'Authorization']) {
    assert.equal(state(`0\r\n${name}: 1\r\n\r\n`), 'bad', name);
  }
  assert.equal(state(`0\r\n${'a'.repeat(99)}: 1\r\nGrpc-Status: 0\r\n\r\n`), 'done');
});

test('extensions and trailers have limits', () => {
  assert.equal(state(`0;${'a'.repeat(16_000)}\r\n\r\n`), 'done');
  assert.equal(state(`0;${'a'.repeat(17_000)}\r\n\r\n`), 'bad');
  assert.equal(state(`${`1;${'a'.repeat(99)}\r\na\r\n`.repeat(200)}0\r\n\r\n`), 'bad');
  assert.equal(state(`0\r\nA: ${'a'.repeat(9000)}\r\n\r\n`), 'bad');
});
