import { Counter } from './counter.ts';
import { keyOf } from './merge-counts.ts';
import type { TrafficCounters } from './traffic-counter.ts';

/**
 * The counts of one worker. A thing's counter is remembered for as long as anybody holds it and forgotten
 * with its last holder, so nobody can count into one that is never read, and what is gone takes no memory.
 */
export function trafficCounters(): TrafficCounters {
  const known = new Map<string, WeakRef<Counter>>();
  const gone = new FinalizationRegistry<string>((key) => {
    if (known.get(key)?.deref() === undefined) known.delete(key);
  });
  let busy: Counter[] = [];
  let busyBefore: Counter[] = [];
  const wake = (counter: Counter): void => void busy.push(counter);

  return {
    of(thing) {
      const key = keyOf(thing);
      const living = known.get(key)?.deref();
      if (living !== undefined) return living;
      const counter = new Counter(thing, wake);
      known.set(key, new WeakRef(counter));
      gone.register(counter, key);
      return counter;
    },

    take() {
      for (const counter of busyBefore) counter.rest();
      busyBefore = busy;
      busy = [];
      return busyBefore.map((counter) => counter.take());
    },
  };
}
