import { mayEnd, parseRequestHead, type RequestHead } from '../http1/request-head.ts';
import type { HeadLimits } from '../http1/limits.ts';
import { HeldBytes } from './held-bytes.ts';

/** What a client has sent ahead of the time when somebody takes it, and the heads in it. */
export class RequestQueue {
  readonly held = new HeldBytes();
  /** The next head has begun, but it is not whole. */
  isPartial = false;
  readonly #limits: Readonly<HeadLimits>;

  constructor(limits: Readonly<HeadLimits>) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.held.length === 0;
  }

  /** There is something to read that was not read in vain before. */
  get isReady(): boolean {
    return this.held.length > 0 && !this.isPartial;
  }

  add(bytes: Buffer, from: number, to: number): void {
    const { held } = this;
    const before = held.length;
    held.add(bytes, from, to);
    if (!this.isPartial) return;
    const isLong = held.length >= this.#limits.headBytes;
    this.isPartial = !isLong && !mayEnd(held.bytes, held.from, held.from + before, held.to);
  }

  /** As `parseRequestHead`; the beginning of a head is kept for when more comes. */
  readHead(bytes: Buffer, from: number, to: number, into: RequestHead): number {
    const end = parseRequestHead(bytes, from, to, into, this.#limits);
    if (end !== 0) return end;
    this.isPartial = true;
    this.keep(bytes, from, to);
    return 0;
  }

  /** What comes before `from` has been taken; the rest waits. */
  keep(bytes: Buffer, from: number, to: number): void {
    if (bytes === this.held.bytes) this.held.skipTo(from);
    else this.held.add(bytes, from, to);
  }

  clear(): void {
    this.isPartial = false;
    this.held.clear();
  }
}
