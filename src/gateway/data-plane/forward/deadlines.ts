/** Something that may not take forever. */
export interface Timed {
  /** On the clock of `Deadlines`; Infinity: never. Its owner sets it as often as it likes, at no cost. */
  dueMs: number;
  /** Where `Deadlines` finds it; -1: it is not watched. */
  place: number;
  overdue(): void;
  /** Ends it at once. */
  destroy(): void;
}

/**
 * One timer for everything that has a deadline: it is looked at several times a second, so that setting a
 * deadline for each request costs one assignment. Late by one sweep at most.
 */
export class Deadlines {
  /** A clock that never jumps, as of the last sweep. */
  nowMs: number;
  readonly #watched: Timed[] = [];
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #epochMs: number;

  constructor(sweepMs: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.nowMs = now();
    this.#epochMs = Date.now() - this.nowMs;
    this.#timer = setInterval(() => this.#sweep(), sweepMs).unref();
  }

  /** The time of day of a moment on this clock, in ms since 1970. */
  dateMs(momentMs: number): number {
    return Math.round(momentMs + this.#epochMs);
  }

  watch(timed: Timed): void {
    timed.place = this.#watched.push(timed) - 1;
  }

  /** Repeatable. */
  forget(timed: Timed): void {
    const { place } = timed;
    if (place < 0) return;
    timed.place = -1;
    const last = this.#watched.pop();
    if (last === undefined || last === timed) return;
    this.#watched[place] = last;
    last.place = place;
  }

  /** Ends all that is watched. */
  destroyAll(): void {
    clearInterval(this.#timer);
    for (const timed of this.#watched.slice()) timed.destroy();
  }

  /** Backwards, because whoever is overdue mostly forgets itself, and then the last one takes its place. */
  #sweep(): void {
    this.nowMs = this.#now();
    this.#epochMs = Date.now() - this.nowMs;
    for (let at = this.#watched.length - 1; at >= 0; at -= 1) {
      const timed = this.#watched[at];
      if (timed !== undefined && timed.dueMs <= this.nowMs) timed.overdue();
    }
  }
}
