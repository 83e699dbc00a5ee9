import type { ByteStream } from './byte-stream.ts';
import { piece } from './piece.ts';

/** What is sent to a client, and how well it takes it. */
export class ClientOutput {
  /** The last write found the buffer full; nothing more should come before it has drained. */
  isFull = false;
  readonly #stream: ByteStream;
  readonly #onFull: () => void;
  #unsentBytes = 0;

  constructor(stream: ByteStream, onFull: () => void) {
    this.#stream = stream;
    this.#onFull = onFull;
  }

  send(bytes: string | Buffer): void {
    if (this.#stream.write(bytes)) return;
    this.isFull = true;
    this.#onFull();
  }

  sendPiece(bytes: Buffer, from: number, to: number): void {
    const stream = this.#stream;
    if (stream.writePiece === undefined) return this.send(piece(bytes, from, to));
    if (stream.writePiece(bytes, from, to)) return;
    this.isFull = true;
    this.#onFull();
  }

  cork(): void {
    this.#stream.cork();
  }

  uncork(): void {
    this.#stream.uncork();
  }

  /** Whether the client has taken anything since the last call, of what it has still to take. */
  hasProgressed(): boolean {
    const unsentBytes = this.#stream.unsentBytes?.() ?? 0;
    const hasProgressed = unsentBytes > 0 && unsentBytes !== this.#unsentBytes;
    this.#unsentBytes = unsentBytes;
    return hasProgressed;
  }

  /** Sends what is still here and ends. */
  end(): void {
    this.#stream.end();
  }

  /** As `end`, for a client that has nothing more to say: if it has everything already, there is nobody to wait for. */
  endForGood(): void {
    if (this.#stream.unsentBytes?.() === 0) this.#stream.destroy();
    else this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** What was sent must not look whole. */
  reset(): void {
    if (this.#stream.reset === undefined) this.#stream.destroy();
    else this.#stream.reset();
  }
}
