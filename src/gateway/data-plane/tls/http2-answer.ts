import type { ServerHttp2Stream } from 'node:http2';
import {
  type AnswerHead,
  answerFraming,
  answerHead,
  parseAnswerHead,
} from '../http1/answer-head.ts';
import { ChunkScanner } from '../http1/chunk-scanner.ts';
import { answerFields, fieldsOf } from './answer-fields.ts';

// Answers come one head at a time, so one record and one buffer to read them in serve all streams.
const head: AnswerHead = answerHead();
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** What the front door adds to an instance's head must still fit. */
const limits = { headBytes: 64 * 1024, lineBytes: 64 * 1024, headers: 256 };

// The date is the instance's own.
const ending = { sendDate: false, endStream: true };
const continuing = { sendDate: false, endStream: false };
const withTrailers = { sendDate: false, waitForTrailers: true };

/** Takes the text of one HTTP/1.1 answer, in pieces, and gives it to an HTTP/2 stream. */
export class Http2Answer {
  /** All of it has been given. */
  isWhole = false;
  private readonly stream: ServerHttp2Stream;
  private readonly method: string;
  private framing: 'head' | 'length' | 'chunked' | 'until close' = 'head';
  private left = 0;
  private chunks: ChunkedPayload | null = null;
  private headBegun: Buffer | null = null;

  constructor(stream: ServerHttp2Stream, method: string) {
    this.stream = stream;
    this.method = method;
  }

  /** False: the stream is full. Throws when this is not an answer HTTP/2 could carry. */
  write(bytes: string | Buffer): boolean {
    if (this.isWhole) return true;
    if (this.framing === 'head') return this.takeHead(bytes);
    return this.takeBody(bytes);
  }

  /** There is no more; false when there should have been. */
  end(): boolean {
    if (this.framing === 'until close' && !this.isWhole) {
      this.isWhole = true;
      this.stream.end();
    }
    return this.isWhole;
  }

  private takeHead(bytes: string | Buffer): boolean {
    const readable = this.readable(bytes);
    const length = this.headBegun === null ? bytes.length : readable.length;
    let at = 0;
    for (;;) {
      const behind = parseAnswerHead(readable, at, length, head, limits);
      if (behind < 0) throw new Error(`The front door wrote ${head.why}.`);
      if (behind === 0) {
        this.headBegun = Buffer.from(readable.subarray(at, length));
        return true;
      }
      at = behind;
      if (head.status >= 200) break;
      this.sendInterim();
      if (at === length) {
        this.headBegun = null;
        return true;
      }
    }
    const rest = this.headBegun === null ? sliced(bytes, at) : readable.subarray(at);
    this.headBegun = null;
    return this.begin(rest);
  }

  /** Strings, which is what heads are, are read in the common buffer; what is kept of it is copied. */
  private readable(bytes: string | Buffer): Buffer {
    const isText = typeof bytes === 'string';
    if (this.headBegun !== null) {
      return Buffer.concat([this.headBegun, isText ? Buffer.from(bytes, 'latin1') : bytes]);
    }
    if (!isText) return bytes;
    if (bytes.length > scratch.length) return Buffer.from(bytes, 'latin1');
    scratch.write(bytes, 'latin1');
    return scratch;
  }

  private sendInterim(): void {
    if (head.status === 101) throw new Error('HTTP/2 knows no change of protocols.');
    this.stream.additionalHeaders({ ':status': head.status, ...fieldsOf(head.kept) });
  }

  private begin(rest: string | Buffer): boolean {
    const { stream } = this;
    // 205 ends with its head, whatever the instance says (RFC 9110 section 15.3.6).
    const framing = head.status === 205 ? 'none' : answerFraming(head, this.method);
    const fields = answerFields(head);
    if (framing === 'none') {
      this.isWhole = true;
      stream.respond(fields, ending);
      return true;
    }
    this.framing = framing;
    this.left = head.contentLength;
    if (framing === 'chunked') return this.beginChunked(fields, rest);
    stream.respond(fields, continuing);
    return rest.length === 0 || this.takeBody(rest);
  }

  /** A small answer without trailers has come whole: then there is no need to ask for them later. */
  private beginChunked(fields: string[], rest: string | Buffer): boolean {
    const chunks = new ChunkedPayload();
    this.chunks = chunks;
    chunks.take(rest);
    const isWhole = chunks.isDone && chunks.trailers() === '';
    this.stream.respond(fields, isWhole ? continuing : withTrailers);
    if (!isWhole) {
      this.stream.once('wantTrailers', () => this.stream.sendTrailers(fieldsOf(chunks.trailers())));
    }
    return this.passChunks(chunks);
  }

  private takeBody(bytes: string | Buffer): boolean {
    if (this.chunks !== null) {
      this.chunks.take(bytes);
      return this.passChunks(this.chunks);
    }
    if (this.framing === 'until close') return this.pass(bytes);
    const mine = bytes.length > this.left ? sliced(bytes, 0, this.left) : bytes;
    this.left -= mine.length;
    if (this.left > 0) return this.pass(mine);
    this.isWhole = true;
    if (typeof mine === 'string') this.stream.end(mine, 'latin1');
    else this.stream.end(mine);
    return true;
  }

  private passChunks(chunks: ChunkedPayload): boolean {
    let hasRoom = true;
    for (const piece of chunks.pieces) hasRoom = this.stream.write(piece);
    chunks.pieces = [];
    if (!chunks.isDone) return hasRoom;
    this.isWhole = true;
    this.stream.end();
    return true;
  }

  private pass(bytes: string | Buffer): boolean {
    return typeof bytes === 'string'
      ? this.stream.write(bytes, 'latin1')
      : this.stream.write(bytes);
  }
}

/** Offsets in latin1 text are offsets in its bytes. */
const sliced = (bytes: string | Buffer, from: number, to = bytes.length): string | Buffer =>
  typeof bytes === 'string' ? bytes.substring(from, to) : bytes.subarray(from, to);

/** The payload and the trailers of one chunked body. */
class ChunkedPayload {
  pieces: Buffer[] = [];
  /** What came since the last payload: its end, sizes, trailers; bounded by the scanner. */
  private rest = '';
  private passedTo = 0;
  private readonly scanner: ChunkScanner;

  constructor() {
    this.scanner = new ChunkScanner((bytes, from, to) => {
      this.pieces.push(bytes.subarray(from, to));
      this.rest = '';
      this.passedTo = to;
    });
  }

  get isDone(): boolean {
    return this.scanner.done;
  }

  take(given: string | Buffer): void {
    const bytes = typeof given === 'string' ? Buffer.from(given, 'latin1') : given;
    this.passedTo = 0;
    const taken = this.scanner.scan(bytes, 0, bytes.length);
    if (this.scanner.bad) throw new Error('The front door wrote malformed chunks.');
    this.rest += bytes.toString('latin1', this.passedTo, taken);
  }

  /** Lines with their ends, '' for none. */
  trailers(): string {
    const lastSize = this.rest.startsWith('\r\n') ? this.rest.slice(2) : this.rest;
    const from = lastSize.indexOf('\r\n') + 2;
    return lastSize.slice(from, -2);
  }
}
