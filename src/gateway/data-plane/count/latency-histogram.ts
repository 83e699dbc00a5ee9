import { lastBucket, latencyBucket } from '../../latency-bucket.ts';
import type { LatencyBuckets } from '../../traffic.ts';

const pageBits = 6;
const pageSize = 1 << pageBits;

/** The pages of every histogram without hits: thousands of counters that nobody uses cost next to nothing. */
const none: readonly (Uint32Array | undefined)[] = Array.from({
  length: (lastBucket >> pageBits) + 1,
});

/** How often each latency bucket was hit; memory is taken only where hits are, in pages of 64 buckets. */
export class LatencyHistogram {
  #pages = none;

  /** Cheap: the logarithm of latencyBucket() is most of it. */
  add(microseconds: number): void {
    const bucket = latencyBucket(microseconds);
    const page = this.#pages[bucket >> pageBits] ?? this.#newPage(bucket >> pageBits);
    page[bucket & (pageSize - 1)]! += 1;
  }

  /** What was hit since the last call; pages nobody hit are given back. */
  take(): LatencyBuckets {
    const hits: LatencyBuckets = [];
    for (let number = 0; number < none.length; number += 1) {
      const page = this.#pages[number];
      if (page === undefined) continue;
      const before = hits.length;
      for (let slot = 0; slot < pageSize; slot += 1) {
        const count = page[slot]!;
        if (count > 0) hits.push([(number << pageBits) + slot, count]);
      }
      if (hits.length === before) this.#put(number, undefined);
      else page.fill(0);
    }
    return hits;
  }

  /** Gives all memory back. Only right after `take`. */
  release(): void {
    this.#pages = none;
  }

  #newPage(number: number): Uint32Array {
    const page = new Uint32Array(pageSize);
    this.#put(number, page);
    return page;
  }

  /** Rare, so a copy is cheap enough. */
  #put(number: number, page: Uint32Array | undefined): void {
    this.#pages = this.#pages.with(number, page);
  }
}
