import type { ServerHttp2Stream } from 'node:http2';
import type { Http2Head } from './http2-head.ts';
import { trailerLines } from './trailer-lines.ts';

/** Gets the bytes from 0 to `to`; they may change after it returns. */
type Receive = (bytes: Buffer, to: number) => void;

// The front door copies what it keeps, so all streams wrap their chunks in this.
const wrapped = Buffer.allocUnsafeSlow(64 * 1024);
const longestPiece = wrapped.length - 16;

/** Reads a stream's body and gives it on framed for HTTP/1.1, as its head has announced. */
export function bodyReader(stream: ServerHttp2Stream, head: Http2Head, receive: Receive): void {
  if (head.body === 'length') readByLength(stream, head.contentLength, receive);
  else readChunked(stream, receive);
}

/** The HTTP/2 session refuses a body of another length; that not a byte more passes is made sure of here. */
function readByLength(stream: ServerHttp2Stream, length: number, receive: Receive): void {
  let left = length;
  stream.on('data', (bytes: Buffer) => {
    const mine = Math.min(left, bytes.length);
    left -= mine;
    if (mine > 0) receive(bytes, mine);
  });
}

function readChunked(stream: ServerHttp2Stream, receive: Receive): void {
  let trailers = '';
  stream.on('trailers', (_fields, _flags, raw: string[] = []) => {
    trailers = trailerLines(raw);
  });
  stream.on('data', (bytes: Buffer) => {
    for (let from = 0; from < bytes.length; from += longestPiece) {
      receive(wrapped, wrap(bytes, from, Math.min(bytes.length, from + longestPiece)));
    }
  });
  stream.on('end', () => {
    // A stream that was reset ends too, but its body must never look whole.
    if (stream.closed || stream.aborted || stream.destroyed) return;
    const last = Buffer.from(`0\r\n${trailers}\r\n`, 'latin1');
    receive(last, last.length);
  });
}

function wrap(bytes: Buffer, from: number, to: number): number {
  let at = wrapped.write(`${(to - from).toString(16)}\r\n`, 'latin1');
  at += bytes.copy(wrapped, at, from, to);
  wrapped[at] = 13;
  wrapped[at + 1] = 10;
  return at + 2;
}
