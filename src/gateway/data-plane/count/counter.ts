import type { TrafficCount } from '../../traffic.ts';
import { log } from '../log.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { CountedThing, Ending, TrafficCounter } from './traffic-counter.ts';

/** A worker remembers so many users per counter and tick; each bad event beyond counts as a user's first. */
export const usersRemembered = 10_000;

/** The counter behind trafficCounters(): plain fields, because every request comes by here several times. */
export class Counter implements TrafficCounter {
  readonly #thing: CountedThing;
  readonly #wake: (counter: Counter) => void;
  #sleeps = true;
  #requests = 0;
  #success = 0;
  #redirect = 0;
  #clientError = 0;
  #serverError = 0;
  #refused = 0;
  #aborted = 0;
  #failed = 0;
  #retried = 0;
  #bad = 0;
  #badUsers = 0;
  #newcomers = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #users: Set<string> | null = null;
  readonly #firstByte = new LatencyHistogram();
  readonly #total = new LatencyHistogram();

  /** `wake` is called when the first event of a tick comes. */
  constructor(thing: CountedThing, wake: (counter: Counter) => void) {
    const { host, path, environment, service, version, instance } = thing;
    this.#thing = { host, path, environment, service, version, instance };
    this.#wake = wake;
  }

  began(user?: string): void {
    if (this.#sleeps) this.#awake();
    this.#requests += 1;
    if (user === '') this.#newcomers += 1;
  }

  answered(end: Ending & { firstByteUs: number; totalUs: number }): void {
    if (this.#sleeps) this.#awake();
    this.#answer(end.status);
    this.#bytesIn += end.bytesIn;
    this.#bytesOut += end.bytesOut;
    this.#firstByte.add(end.firstByteUs);
    this.#total.add(end.totalUs);
    if (end.status >= 500) this.#badEvent(end.user);
  }

  aborted(end: Ending): void {
    if (this.#sleeps) this.#awake();
    this.#aborted += 1;
    this.#bytesIn += end.bytesIn;
    this.#bytesOut += end.bytesOut;
  }

  failed(end: Ending): void {
    if (this.#sleeps) this.#awake();
    this.#failed += 1;
    this.#answer(end.status);
    this.#bytesIn += end.bytesIn;
    this.#bytesOut += end.bytesOut;
    this.#badEvent(end.user);
  }

  refused(status: number): void {
    if (this.#sleeps) this.#awake();
    this.#refused += 1;
    this.#answer(status);
    if (status >= 500) this.#badEvent('');
  }

  retried(): void {
    if (this.#sleeps) this.#awake();
    this.#retried += 1;
  }

  /** What was counted since the last call; the next event wakes it again. */
  take(): TrafficCount {
    const taken: TrafficCount = {
      ...this.#thing,
      requests: this.#requests,
      answers: [this.#success, this.#redirect, this.#clientError, this.#serverError],
      refused: this.#refused,
      aborted: this.#aborted,
      failed: this.#failed,
      retried: this.#retried,
      bad: this.#bad,
      badUsers: this.#badUsers,
      newcomers: this.#newcomers,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      firstByte: this.#firstByte.take(),
      total: this.#total.take(),
    };
    this.#requests = this.#success = this.#redirect = this.#clientError = this.#serverError = 0;
    this.#refused = this.#aborted = this.#failed = this.#retried = this.#bad = this.#badUsers = 0;
    this.#bytesIn = this.#bytesOut = this.#newcomers = 0;
    this.#users = null;
    this.#sleeps = true;
    return taken;
  }

  /** For one that had nothing in a whole tick: gives back what only a busy one needs. */
  rest(): void {
    if (!this.#sleeps) return;
    this.#firstByte.release();
    this.#total.release();
  }

  #awake(): void {
    this.#sleeps = false;
    this.#wake(this);
  }

  #answer(status: number): void {
    if (status >= 500) this.#serverError += 1;
    else if (status >= 400) this.#clientError += 1;
    else if (status >= 300) this.#redirect += 1;
    // A failure after the head of an answer has no answer of its own.
    else if (status > 0) this.#success += 1;
  }

  #badEvent(user: string): void {
    this.#bad += 1;
    if (user === '') {
      this.#badUsers += 1;
      return;
    }
    this.#users ??= new Set();
    if (this.#users.has(user)) return;
    this.#badUsers += 1;
    if (this.#users.size < usersRemembered) this.#users.add(user);
    else sayCrowded(this.#thing);
  }
}

let crowdedSaid = false;

/** Once in the life of a process; the next seconds would only say the same. */
function sayCrowded({ host, version }: CountedThing): void {
  if (crowdedSaid) return;
  crowdedSaid = true;
  log(
    `more than ${usersRemembered} users of ${host} (version ${version}) had errors within a second: from here on each of their errors may count as another user's.`,
  );
}
