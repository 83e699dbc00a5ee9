import type { Random } from './random.ts';

/** What parsers stumble over. */
const words = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\n\n',
  '\r\r\n',
  '\r\n ',
  '\r\n\t',
  '\0',
  ' ',
  '  ',
  '\t',
  ':',
  ' :',
  ',',
  ';',
  '"',
  '=',
  '-',
  '+',
  '_',
  '#',
  '?',
  '/',
  '//',
  '\\',
  '@',
  '*',
  '%',
  '[',
  ']',
  '\v',
  '\f',
  '\x1B',
  '\x7f',
  '\x80',
  '\x85',
  '\xA0',
  '\xff',
  '.',
  '0',
  '1',
  '5',
  'a',
  'f',
  'g',
  'Host: b.test\r\n',
  'Host:',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Content-Length',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding',
  'chunked',
  'identity',
  'gzip, ',
  'Connection: close\r\n',
  'Connection: Content-Length\r\n',
  'Connection: ',
  'Upgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'TE: trailers\r\n',
  'Trailer: A\r\n',
  'Cookie: a=b\r\n',
  'GET / HTTP/1.1\r\n',
  'GET ',
  'HEAD ',
  'HTTP/1.1',
  'HTTP/1.0',
  'http://b.test',
  '1.1',
  '100',
  '204',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  'ffffffff',
  'fffffffffffff',
  ';a=b',
  '0\r\nA: b\r\n\r\n',
  '304',
];

/** A text with one to six changes; `others` lend pieces. */
export function mutate(random: Random, text: string, others: readonly string[]): string {
  let changed = text;
  for (let left = 1 + random.below(random.pick([1, 2, 6])); left > 0; left -= 1) {
    changed = random.pick(changes)(random, changed, random.pick(others));
  }
  return changed.slice(0, 80_000);
}

type Change = (random: Random, text: string, other: string) => string;

const changes: readonly Change[] = [
  (random, text) => insert(random, text, random.pick(words)),
  (random, text) => insert(random, text, random.pick(words)),
  (random, text) => overwrite(random, text, random.pick(words)),
  (random, text) => overwrite(random, text, String.fromCharCode(random.below(256))),
  (random, text) => remove(random, text, 1),
  (random, text) => remove(random, text, 1 + random.below(20)),
  (random, text) => insert(random, text, piece(random, text)),
  (random, text, other) => insert(random, text, piece(random, other)),
  (random, text, other) => spliced(random, text, other),
  (_random, text, other) => text + other,
  (random, text) => swapCase(random, text),
  (random, text) => swapLines(random, text),
  (random, text) => text.slice(0, random.below(text.length + 1)),
];

function insert(random: Random, text: string, word: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + word + text.slice(at);
}

function overwrite(random: Random, text: string, word: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + word + text.slice(at + word.length);
}

function remove(random: Random, text: string, length: number): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + text.slice(at + length);
}

function piece(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return text.slice(at, at + random.below(60));
}

function spliced(random: Random, text: string, other: string): string {
  return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
}

function swapCase(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const letter = text.charAt(at);
  const isUpper = letter === letter.toUpperCase();
  return (
    text.slice(0, at) + (isUpper ? letter.toLowerCase() : letter.toUpperCase()) + text.slice(at + 1)
  );
}

function swapLines(random: Random, text: string): string {
  const lines = text.split('\r\n');
  const [one, two] = [random.below(lines.length), random.below(lines.length)];
  [lines[one], lines[two]] = [lines[two]!, lines[one]!];
  return lines.join('\r\n');
}
