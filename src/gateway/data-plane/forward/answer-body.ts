import { type AnswerHead, answerFraming } from '../http1/answer-head.ts';
import { ChunkScanner, type PayloadSink } from '../http1/chunk-scanner.ts';

export interface BodyReader {
  readonly method: string;
  readonly wantsPayload: boolean;
  piece: PayloadSink;
}

/** Finds the end of an answer's body. Used for one answer after the other. */
export class AnswerBody {
  framing: ReturnType<typeof answerFraming> = 'none';
  isWhole = false;
  isBad = false;
  /** Its reader gets the payload alone, while it is scanned. */
  isDecoded = false;
  #left = 0;
  #chunks: ChunkScanner | null = null;

  begin(head: AnswerHead, reader: BodyReader): void {
    this.framing = answerFraming(head, reader.method);
    this.isWhole = this.framing === 'none';
    this.isBad = false;
    this.isDecoded = this.framing === 'chunked' && reader.wantsPayload;
    this.#left = head.contentLength;
    if (this.framing !== 'chunked') return;
    this.#chunks ??= new ChunkScanner();
    this.#chunks.reset();
    this.#chunks.sink = this.isDecoded ? (bytes, from, to) => reader.piece(bytes, from, to) : null;
  }

  /** How many of these bytes belong to the body. */
  scan(bytes: Buffer, from: number, to: number): number {
    if (this.framing === 'length') {
      const size = Math.min(this.#left, to - from);
      this.#left -= size;
      this.isWhole = this.#left === 0;
      return size;
    }
    if (this.framing === 'chunked') {
      const chunks = this.#chunks!;
      const size = chunks.scan(bytes, from, to);
      this.isWhole = chunks.done;
      this.isBad = chunks.bad;
      return size;
    }
    return this.framing === 'none' ? 0 : to - from;
  }
}
