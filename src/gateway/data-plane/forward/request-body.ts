import { ChunkScanner } from '../http1/chunk-scanner.ts';
import type { Framing } from '../http1/framing.ts';

/** Finds the end of a request's body. Used for one request after the other. */
export class RequestBody {
  isWhole = true;
  isBad = false;
  /** The status that says why. */
  refusal = 400;
  /** What it may still bring. */
  #granted = 0;
  #left = 0;
  #isChunked = false;
  #chunks: ChunkScanner | null = null;

  begin({ chunked, contentLength }: Framing, mostBytes: number): void {
    this.isWhole = false;
    this.isBad = false;
    this.refusal = 400;
    this.#granted = mostBytes;
    this.#left = contentLength;
    this.#isChunked = chunked;
    if (!chunked) return;
    this.#chunks ??= new ChunkScanner();
    this.#chunks.reset();
  }

  /** How many of these bytes belong to the body. */
  scan(bytes: Buffer, from: number, to: number): number {
    const size = this.#isChunked ? this.#scanChunks(bytes, from, to) : this.#count(to - from);
    this.#granted -= size;
    if (this.#granted >= 0) return size;
    this.isBad = true;
    this.refusal = 413;
    return size;
  }

  #scanChunks(bytes: Buffer, from: number, to: number): number {
    const chunks = this.#chunks!;
    const size = chunks.scan(bytes, from, to);
    this.isWhole = chunks.done;
    this.isBad = chunks.bad;
    return size;
  }

  #count(there: number): number {
    const size = Math.min(this.#left, there);
    this.#left -= size;
    this.isWhole = this.#left === 0;
    return size;
  }
}
