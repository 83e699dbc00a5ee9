import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerHead, answerFraming, answerHead, parseAnswerHead } from './answer-head.ts';

const into = answerHead();
const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n');

function read(...lines: string[]): AnswerHead {
  const bytes = Buffer.from(head(...lines), 'latin1');
  assert.equal(parseAnswerHead(bytes, 0, bytes.length, into), bytes.length, into.why);
  return { ...into };
}

function isRefused(...lines: string[]): boolean {
  const bytes = Buffer.from(head(...lines), 'latin1');
  return parseAnswerHead(bytes, 0, bytes.length, into) < 0;
}

test('an answer is taken apart and its other lines are kept as they were', () => {
  const answer = read(
    'HTTP/1.1 404 Not so found',
    'Content-Length: 12',
    'Set-Cookie: a',
    'Connection: X-A',
    'Set-Cookie: b',
    'X-A: 1',
    'Keep-Alive: timeout=5',
    'Trailer: X',
  );
  assert.deepEqual([answer.status, answer.reason, answer.contentLength], [404, 'Not so found', 12]);
  assert.equal(answer.kept, 'Content-Length: 12\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n');
});

test('the reason may be empty, and so may be the space before it', () => {
  assert.deepEqual([read('HTTP/1.1 200 ').reason, read('HTTP/1.1 200').reason], ['', '']);
});

test('what is no answer is refused', () => {
  assert.ok(isRefused('HTTP/1.2 200 OK'));
  assert.ok(isRefused('HTTP/2 200 OK'));
  assert.ok(isRefused('HTTP/1.1 20 OK'));
  assert.ok(isRefused('HTTP/1.1 099 OK'));
  assert.ok(isRefused('HTTP/1.1 2000 OK'));
  assert.ok(isRefused('HTTP/1.1  200 OK'));
  assert.ok(isRefused('HTTP/1.1 200 OK', 'A : b'));
  assert.ok(isRefused('HTTP/1.1 200 OK', 'Content-Length: 1', 'Content-Length: 1'));
  assert.ok(isRefused('HTTP/1.1 200 OK', 'Content-Length: 1', 'Transfer-Encoding: chunked'));
  assert.ok(isRefused('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked'));
  assert.ok(isRefused('HTTP/1.0 200 OK', 'Transfer-Encoding: chunked'));
  assert.ok(isRefused('HTTP/1.1 200 OK', 'A: b\n c'));
});

test('status and request decide whether a body follows, and how it ends', () => {
  const framing = (method: string, ...lines: string[]): string =>
    answerFraming(read(...lines), method);
  assert.equal(framing('GET', 'HTTP/1.1 200 OK', 'Content-Length: 1'), 'length');
  assert.equal(framing('GET', 'HTTP/1.1 200 OK', 'Content-Length: 0'), 'none');
  assert.equal(framing('HEAD', 'HTTP/1.1 200 OK', 'Content-Length: 1'), 'none');
  assert.equal(framing('GET', 'HTTP/1.1 304 OK', 'Content-Length: 1'), 'none');
  assert.equal(framing('GET', 'HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'), 'chunked');
  assert.equal(framing('GET', 'HTTP/1.1 200 OK'), 'until close');
  assert.equal(framing('GET', 'HTTP/1.1 103 Early Hints'), 'none');
});

test('an answer without a body does not speak of one', () => {
  assert.equal(read('HTTP/1.1 204 No', 'Content-Length: 5', 'A: b').kept, 'A: b\r\n');
  assert.equal(read('HTTP/1.1 204 No', 'Transfer-Encoding: chunked').kept, '');
  assert.equal(read('HTTP/1.1 304 No', 'Transfer-Encoding: chunked').kept, '');
  assert.equal(read('HTTP/1.1 304 No', 'Content-Length: 5').kept, 'Content-Length: 5\r\n');
});

test('the connection and the protocol are changed as the answer says', () => {
  assert.equal(read('HTTP/1.1 200 OK').keepAlive, true);
  assert.equal(read('HTTP/1.1 200 OK', 'Connection: close').keepAlive, false);
  assert.equal(read('HTTP/1.0 200 OK').keepAlive, false);
  const lines = ['Connection: Upgrade', 'Upgrade: websocket'];
  assert.equal(read('HTTP/1.1 101 Switching', ...lines).upgrade, 'websocket');
  assert.equal(read('HTTP/1.1 200 OK', ...lines).upgrade, '');
});

test('every beginning of an answer asks for more', () => {
  const bytes = Buffer.from(head('HTTP/1.1 200 OK', 'Content-Length: 3', 'A: b'), 'latin1');
  for (let to = 0; to < bytes.length; to += 1) {
    assert.equal(parseAnswerHead(bytes, 0, to, into), 0);
  }
});
