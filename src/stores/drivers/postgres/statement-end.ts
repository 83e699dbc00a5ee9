/** Where a search for the end of a statement stands, so that it can go on when more bytes have come. */
export interface Scan {
  /** Everything before has been looked at. */
  at: number;
  /** Where the statement begins: blanks and comments before it do not belong to it. */
  start: number;
  started: boolean;
  /** Inside something that must be closed before the statement can end. */
  quoted: boolean;
  /** What closes what we are in. */
  inside: Inside | null;
  parentheses: number;
  /** The first words, lower case: CREATE FUNCTION may hold statements between BEGIN and END. */
  words: string[];
  blocks: number;
}

type Inside =
  | { kind: 'quote'; mark: number; escapes: boolean }
  | { kind: 'dollar'; tag: string }
  | { kind: 'line comment' }
  | { kind: 'block comment'; depth: number };

export const newScan = (): Scan => ({
  at: 0,
  start: 0,
  started: false,
  quoted: false,
  inside: null,
  parentheses: 0,
  words: [],
  blocks: 0,
});

const code = (character: string): number => character.charCodeAt(0);
const semicolon = code(';');
const apostrophe = code("'");
const quotationMark = code('"');
const backslash = code('\\');
const dollar = code('$');
const newline = code('\n');

/**
 * Goes on looking for the semicolon that ends a statement, by the rules of PostgreSQL's own lexer: strings with
 * and without escapes, dollar quotes, nested comments, parentheses, and SQL bodies of functions. True: `scan.at` is
 * behind it. False: more bytes are needed.
 */
export function findStatementEnd(bytes: Buffer, scan: Scan): boolean {
  while (scan.at < bytes.length) {
    const before = scan.at;
    const ended = scan.inside ? leave(bytes, scan, scan.inside) : step(bytes, scan);
    scan.quoted = scan.inside !== null;
    if (ended) return true;
    if (!scan.started && scan.inside === null) scan.start = scan.at;
    // Two or more bytes decide what this is, and they are not all here yet.
    if (scan.at === before) return false;
  }
  return false;
}

/** Outside of everything: one token on. True at the semicolon that ends the statement. */
function step(bytes: Buffer, scan: Scan): boolean {
  const byte = bytes[scan.at] ?? 0;
  if (isBlank(byte)) {
    scan.at += 1;
    return false;
  }
  if (opensComment(bytes, scan)) return false;
  if (!scan.started) {
    if (maybeComment(bytes, scan.at)) return false;
    scan.started = true;
    scan.start = scan.at;
    if (byte === backslash) return false;
  }
  if (isWordStart(byte)) return takeWord(bytes, scan);
  if (byte === dollar) return takeDollar(bytes, scan);
  if (maybeComment(bytes, scan.at)) return false;

  scan.at += 1;
  if (byte === apostrophe || byte === quotationMark) {
    scan.inside = {
      kind: 'quote',
      mark: byte,
      escapes: byte === apostrophe && afterE(bytes, scan),
    };
  } else if (byte === code('(')) scan.parentheses += 1;
  else if (byte === code(')')) scan.parentheses = Math.max(0, scan.parentheses - 1);
  return byte === semicolon && scan.parentheses === 0 && scan.blocks === 0;
}

/** Inside of something: on to its end, or to the end of the bytes. */
function leave(bytes: Buffer, scan: Scan, inside: Inside): false {
  switch (inside.kind) {
    case 'quote':
      return leaveQuote(bytes, scan, inside);
    case 'dollar':
      return leaveAfter(bytes, scan, inside.tag);
    case 'line comment': {
      const end = bytes.indexOf(newline, scan.at);
      scan.at = end < 0 ? bytes.length : end + 1;
      if (end >= 0) scan.inside = null;
      return false;
    }
    case 'block comment':
      return leaveBlockComment(bytes, scan, inside);
  }
}

function leaveQuote(bytes: Buffer, scan: Scan, quote: Inside & { kind: 'quote' }): false {
  for (; scan.at < bytes.length; scan.at += 1) {
    const byte = bytes[scan.at];
    if (quote.escapes && byte === backslash) {
      if (scan.at + 1 >= bytes.length) return false;
      scan.at += 1;
    } else if (byte === quote.mark) {
      // A doubled mark closes and opens again at once, which ends up the same, except after E.
      if (quote.escapes && scan.at + 1 >= bytes.length) return false;
      if (quote.escapes && bytes[scan.at + 1] === quote.mark) scan.at += 1;
      else {
        scan.at += 1;
        scan.inside = null;
        return false;
      }
    }
  }
  return false;
}

function leaveAfter(bytes: Buffer, scan: Scan, tag: string): false {
  const end = bytes.indexOf(tag, scan.at, 'latin1');
  if (end >= 0) {
    scan.at = end + tag.length;
    scan.inside = null;
  } else scan.at = Math.max(scan.at, bytes.length - tag.length + 1);
  return false;
}

function leaveBlockComment(
  bytes: Buffer,
  scan: Scan,
  comment: Inside & { kind: 'block comment' },
): false {
  while (scan.at + 1 < bytes.length) {
    const pair = bytes.toString('latin1', scan.at, scan.at + 2);
    scan.at += pair === '/*' || pair === '*/' ? 2 : 1;
    if (pair === '/*') comment.depth += 1;
    if (pair === '*/') comment.depth -= 1;
    if (comment.depth === 0) {
      scan.inside = null;
      return false;
    }
  }
  return false;
}

function opensComment(bytes: Buffer, scan: Scan): boolean {
  const pair = bytes.toString('latin1', scan.at, scan.at + 2);
  if (pair === '--') scan.inside = { kind: 'line comment' };
  else if (pair === '/*') scan.inside = { kind: 'block comment', depth: 1 };
  else return false;
  scan.at += 2;
  return true;
}

/** The last byte there is, and the next would tell whether it begins a comment. */
const maybeComment = (bytes: Buffer, at: number): boolean =>
  at + 1 === bytes.length && (bytes[at] === code('-') || bytes[at] === code('/'));

function takeWord(bytes: Buffer, scan: Scan): false {
  let end = scan.at + 1;
  while (end < bytes.length && isWordPart(bytes[end] ?? 0)) end += 1;
  if (end === bytes.length) return false;
  const word = bytes.toString('latin1', scan.at, Math.min(end, scan.at + 20)).toLowerCase();
  scan.at = end;
  if (scan.words.length < 4) scan.words.push(word);
  if (!/^create (or replace )?(function|procedure)\b/.test(scan.words.join(' '))) return false;
  if (word === 'begin') scan.blocks += 1;
  else if (word === 'case' && scan.blocks > 0) scan.blocks += 1;
  else if (word === 'end' && scan.blocks > 0) scan.blocks -= 1;
  return false;
}

function takeDollar(bytes: Buffer, scan: Scan): false {
  let end = scan.at + 1;
  while (end < bytes.length && isWordPart(bytes[end] ?? 0) && bytes[end] !== dollar) end += 1;
  if (end === bytes.length) return false;
  const opens = bytes[end] === dollar && !isDigit(bytes[scan.at + 1] ?? 0);
  if (opens) {
    scan.inside = { kind: 'dollar', tag: bytes.toString('latin1', scan.at, end + 1) };
    scan.at = end + 1;
  } else scan.at += 1;
  return false;
}

/** Whether the apostrophe just passed begins a string with backslash escapes: E'…'. */
function afterE(bytes: Buffer, scan: Scan): boolean {
  const before = bytes[scan.at - 2] ?? 0;
  if (scan.at - 2 < scan.start || (before !== code('e') && before !== code('E'))) return false;
  return scan.at - 3 < scan.start || !isWordPart(bytes[scan.at - 3] ?? 0);
}

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isWordStart = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte >= 0x80;
const isWordPart = (byte: number): boolean => isWordStart(byte) || isDigit(byte) || byte === dollar;
