import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLines, shownLine } from './log-lines.ts';

/** A log read in pieces of `size` bytes. */
function logOf(bytes: Buffer, { size = 3, ended = true } = {}) {
  return {
    readLog: async (_id: string, from: number) => {
      const start = from < 0 ? Math.max(0, bytes.length + from) : from;
      const piece = bytes.subarray(start, start + size);
      const next = start + piece.length;
      return { bytes: piece, next, ended: ended && next === bytes.length };
    },
  };
}

async function linesOf(
  bytes: Buffer,
  options: { tail?: number; size?: number; ended?: boolean } = {},
) {
  const { tail = null, ...how } = options;
  const lines: string[] = [];
  const reading = { id: 'x', tail, follow: false, signal: new AbortController().signal };
  for await (const line of logLines(logOf(bytes, how), reading)) lines.push(line);
  return lines;
}

test('characters that lie across two pieces stay whole', async () => {
  assert.deepEqual(await linesOf(Buffer.from('äöü€\n🚦 grün\nrest')), ['äöü€', '🚦 grün', 'rest']);
});

test('bytes that are no text do not stop the reading', async () => {
  assert.equal((await linesOf(Buffer.from([0xff, 0xfe, 10, 0x61, 10]))).length, 2);
});

test('an unfinished last line is told where nobody waits for its end', async () => {
  assert.deepEqual(await linesOf(Buffer.from('one\ntwo'), { ended: false }), ['one', 'two']);
});

test('the tail is exactly so many lines, however long they are', async () => {
  const text = Array.from({ length: 3000 }, (_, index) => `${index} ${'x'.repeat(100)}`).join('\n');
  const lines = await linesOf(Buffer.from(`${text}\n`), { tail: 1500, size: 65_536 });
  assert.equal(lines.length, 1500);
  assert.match(lines[0] ?? '', /^1500 /);
  assert.match(lines.at(-1) ?? '', /^2999 /);
  assert.deepEqual(await linesOf(Buffer.from('a\nb\n'), { tail: 10 }), ['a', 'b']);
  assert.deepEqual(await linesOf(Buffer.from('a\nb\n'), { tail: 0 }), []);
});

test('a line without an end does not fill the memory', async () => {
  const [line] = await linesOf(Buffer.alloc(3_000_000, 'x'), { size: 262_144 });
  assert.ok((line?.length ?? 0) < 500_000);
});

test('what is dropped before it could be read is said where it is missing, and nothing is at the beginning', async () => {
  const whole = Buffer.from('one\ntwo\nthree\nfour\n');
  // As of a runtime that keeps the end alone: "wo", "three" and "f" are gone when it is asked for the second time.
  const oldest = [0, 15];
  const readLog = async (_id: string, from: number) => {
    const start = Math.max(from, oldest.shift() ?? 15);
    const bytes = whole.subarray(start, start + 5);
    return { bytes, next: start + bytes.length, ended: start + bytes.length === whole.length };
  };
  const reading = { id: 'x', tail: null, follow: true, signal: new AbortController().signal };
  const lines = await Array.fromAsync(logLines({ readLog }, reading));
  const missing = '[10 bytes are missing here: they were printed faster than they could be read]';
  assert.deepEqual(lines, ['one', 't', missing, 'our']);

  const late = { readLog: async () => ({ bytes: whole, next: 9_000_000, ended: true }) };
  assert.deepEqual(await Array.fromAsync(logLines(late, reading)), ['one', 'two', 'three', 'four']);
});

test('a line can do nothing to a terminal', () => {
  const shown = (line: string) => shownLine(line, { longest: 100 });
  assert.equal(shown('\u001b[31mred\u001b[0m'), 'red');
  assert.equal(shown('\u001b]0;title\u0007text'), 'text');
  assert.equal(shown('\u001b]52;c;aGk=\u001b\\text'), 'text');
  assert.equal(shown('a\u009b2Jb\u0000\u0008'), 'a2Jb');
  assert.equal(shown('10 %\r50 %\r100 %\r'), '100 %');
  assert.equal(shown('a\tb'), 'a\tb');
  assert.equal(shown('\u202egnp.exe'), 'gnp.exe');
});

test('a secret is masked before the line is cut, also where colours stand in it', () => {
  const secrets = { KEY: 'hunter2-hunter2' };
  assert.equal(shownLine(`k=${secrets.KEY}`, { secrets, longest: 100 }), 'k=[KEY]');
  assert.equal(shownLine('k=hunter2\u001b[0m-hunter2', { secrets, longest: 100 }), 'k=[KEY]');
  const cut = shownLine(`${'x'.repeat(15)}${secrets.KEY}`, { secrets, longest: 20 });
  assert.equal(cut, `${'x'.repeat(15)}[KEY]`);
});

test('a line is cut where it is too long, between characters', () => {
  assert.equal(shownLine('x'.repeat(3000), { longest: 2000 }).length, 2002);
  assert.ok(shownLine('🚦'.repeat(100), { longest: 3 }).isWellFormed());
});
