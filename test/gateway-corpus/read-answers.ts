import {
  type AnswerHead,
  answerFraming,
  answerHead,
  parseAnswerHead,
} from '../../src/gateway/data-plane/http1/answer-head.ts';
import type { AnswerEnding, AnswerMeaning } from './answer-case.ts';
import { readChunks, readLength, type ReadBody } from './read-body.ts';

export interface ReadAnswers {
  means: AnswerMeaning[];
  ends: AnswerEnding;
  /** What goes to the client. */
  downstream: Buffer[];
  /** Of a refusal. */
  why: string;
  used: number;
}

const head = answerHead();

/** What the data plane makes of everything that an instance sends for one request before it ends the connection. */
export function readAnswers(bytes: Buffer, method: string): ReadAnswers {
  const read: ReadAnswers = { means: [], ends: 'incomplete', downstream: [], why: '', used: 0 };
  for (;;) {
    const end = parseAnswerHead(bytes, read.used, bytes.length, head);
    if (end === 0) return { ...read, ends: 'incomplete' };
    if (end < 0) return { ...read, ends: 'refused', why: head.why };
    const body = readBody(bytes, end, method);
    read.downstream.push(Buffer.concat([clientHead(head), bytes.subarray(end, body.to)]));
    read.used = body.to;
    if (body.state !== 'whole') return { ...read, ends: body.state };
    read.means.push({ status: head.status, body: body.payload });
    if (head.upgrade !== '') return { ...read, ends: 'upgrade' };
    if (head.status >= 200) {
      return { ...read, ends: read.used === bytes.length ? 'all read' : 'too much' };
    }
  }
}

/** The least that a proxy writes: no header of its own. */
function clientHead({ status, reason, kept }: AnswerHead): Buffer {
  return Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${kept}\r\n`, 'latin1');
}

function readBody(bytes: Buffer, from: number, method: string): ReadBody {
  const framing = answerFraming(head, method);
  if (framing === 'chunked') return readChunks(bytes, from);
  if (framing === 'none') return readLength(bytes, from, 0);
  return readLength(bytes, from, framing === 'length' ? head.contentLength : bytes.length - from);
}
