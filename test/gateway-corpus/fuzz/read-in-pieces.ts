import { answerHead, parseAnswerHead } from '../../../src/gateway/data-plane/http1/answer-head.ts';
import { ChunkScanner } from '../../../src/gateway/data-plane/http1/chunk-scanner.ts';
import {
  mayEnd,
  parseRequestHead,
  requestHead,
} from '../../../src/gateway/data-plane/http1/request-head.ts';
import type { Ending, Meaning } from '../request-case.ts';
import type { Random } from './random.ts';

export interface ReadInPieces {
  means: Meaning[];
  ends: Ending;
}

const head = requestHead();
const answer = answerHead();

/** Reads as a connection does: with what has come so far, and no piece of a body twice. */
export function readInPieces(bytes: Buffer, random: Random): ReadInPieces {
  const read: ReadInPieces = { means: [], ends: 'all read' };
  let at = 0;
  while (at < bytes.length) {
    const end = headInPieces(bytes, at, random);
    if (end <= 0) return { ...read, ends: end === 0 ? 'incomplete' : head.refusal };
    const body = head.chunked
      ? chunksInPieces(bytes, end, random)
      : lengthInPieces(bytes, end, Math.max(head.contentLength, 0));
    at = body.to;
    if (body.ends !== 'all read') return { ...read, ends: body.ends };
    const { method, path, host } = head;
    read.means.push({ method, path, host, body: body.payload });
    if (head.upgrade !== '') return { ...read, ends: 'upgrade' };
    if (head.close) return { ...read, ends: 'closed' };
  }
  return read;
}

/** Whether the beginning of an answer's head asks for more or is refused as the whole is. */
export function startsAlike(bytes: Buffer, random: Random): boolean {
  const whole = parseAnswerHead(bytes, 0, bytes.length, answer);
  const beginning = parseAnswerHead(bytes, 0, next(bytes, 0, random), answer);
  return beginning === 0 || beginning === whole;
}

function headInPieces(bytes: Buffer, from: number, random: Random): number {
  let seen = from;
  let end = 0;
  for (let to = next(bytes, from, random); end === 0; to = next(bytes, to, random)) {
    const isLast = to === bytes.length;
    // At the end of all bytes it is time to say what a head is that nobody looked at since.
    if (seen === from || isLast || mayEnd(bytes, from, seen, to)) {
      end = parseRequestHead(bytes, from, to, head);
    }
    seen = to;
    if (isLast) break;
  }
  return end;
}

function chunksInPieces(bytes: Buffer, from: number, random: Random) {
  const pieces: string[] = [];
  const scanner = new ChunkScanner((piece, start, end) =>
    pieces.push(piece.toString('latin1', start, end)),
  );
  let at = from;
  while (at < bytes.length && !scanner.done && !scanner.bad) {
    // A buffer of its own, so that nothing but the scanner remembers what came before.
    const piece = Buffer.from(bytes.subarray(at, next(bytes, at, random)));
    at += scanner.scan(piece, 0, piece.length);
  }
  const unfinished: Ending = scanner.bad ? 'broken body' : 'incomplete';
  const ends: Ending = scanner.done ? 'all read' : unfinished;
  return { payload: pieces.join(''), to: at, ends };
}

function lengthInPieces(bytes: Buffer, from: number, length: number) {
  const to = Math.min(bytes.length, from + length);
  const ends: Ending = to - from < length ? 'incomplete' : 'all read';
  return { payload: bytes.toString('latin1', from, to), to, ends };
}

/** Pieces are short, but long texts do not take forever. */
function next(bytes: Buffer, from: number, random: Random): number {
  return Math.min(bytes.length, from + 1 + random.below(random.pick([2, 40, 400, 40_000])));
}
