import type { ByteStream, Peer, StreamListener } from '../forward/byte-stream.ts';
import { ChunkScanner } from '../http1/chunk-scanner.ts';
import { parseRequestHead, requestHead } from '../http1/request-head.ts';
import type { StreamDoor } from './stream-door.ts';

/** What came through the door as one connection. */
export interface Visitor extends StreamListener {
  peer: Peer;
  stream: ByteStream;
  /** Everything received, latin1. */
  text: string;
  head: string;
  /** As framed. */
  body: string;
  isWhole: boolean;
  isClosed: boolean;
  drains: number;
}

/** A front door that remembers its visitors and answers each request, once it is whole, as told. */
export function cannedDoor(
  answer: (visitor: Visitor) => void,
): StreamDoor & { visitors: Visitor[] } {
  const visitors: Visitor[] = [];
  return {
    visitors,
    accept(stream, peer) {
      const visitor: Visitor = {
        peer,
        stream,
        text: '',
        head: '',
        body: '',
        isWhole: false,
        isClosed: false,
        drains: 0,
        received(bytes, from, to) {
          visitor.text += bytes.toString('latin1', from, to);
          if (visitor.isWhole || !takeWhole(visitor)) return;
          visitor.isWhole = true;
          answer(visitor);
          visitor.text = '';
          visitor.isWhole = false;
        },
        ended: () => stream.end(),
        drained: () => void (visitor.drains += 1),
        closed: () => void (visitor.isClosed = true),
      };
      visitors.push(visitor);
      return visitor;
    },
  };
}

/** Strict about what it gets: an HTTP/2 request must have become a request our own parser takes. */
function takeWhole(visitor: Visitor): boolean {
  const bytes = Buffer.from(visitor.text, 'latin1');
  const head = requestHead();
  const behind = parseRequestHead(bytes, 0, bytes.length, head);
  if (behind < 0) throw new Error(`${head.why}: ${visitor.text}`);
  if (behind === 0) return false;
  visitor.head = visitor.text.slice(0, behind);
  visitor.body = visitor.text.slice(behind);
  if (head.chunked) {
    const scanner = new ChunkScanner();
    scanner.scan(bytes, behind, bytes.length);
    if (scanner.bad) throw new Error(`bad chunks: ${visitor.text}`);
    return scanner.done;
  }
  return visitor.body.length >= Math.max(0, head.contentLength);
}

/** An answer of known length. */
export const plainAnswer = (body: string, lines = ''): string =>
  `HTTP/1.1 200 OK\r\n${lines}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;
