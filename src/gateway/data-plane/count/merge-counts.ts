import { mergeBuckets } from '../../merge-buckets.ts';
import type { TrafficCount } from '../../traffic.ts';
import type { CountedThing } from './traffic-counter.ts';

/** Counts by what they are about; see `addCounts`. */
export type CountSums = Map<string, TrafficCount>;

/**
 * One line per thing, with the sums of all lists' lines about it, in an order of its own: whoever merges
 * what in which order gets the same. A user whose bad events went through two workers within a tick counts
 * as two in `badUsers`; most keep to one connection, so to one worker.
 */
export function mergeCounts(all: readonly (readonly TrafficCount[])[]): TrafficCount[] {
  const sums: CountSums = new Map();
  for (const counts of all) addCounts(sums, counts);
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count);
}

/** Adds the lines to the sums, in place. The lines themselves stay as they are. */
export function addCounts(sums: CountSums, counts: readonly TrafficCount[]): void {
  for (const count of counts) {
    const key = keyOf(count);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? count : added(sum, count));
  }
}

/** What two lines must have in common to be about the same thing. */
export function keyOf(thing: CountedThing): string {
  const { host, path, environment, service, version, instance } = thing;
  return [host, path, environment, service, version, instance].join('\n');
}

function added(one: TrafficCount, other: TrafficCount): TrafficCount {
  const [a, b] = [one.answers, other.answers];
  return {
    host: one.host,
    path: one.path,
    environment: one.environment,
    service: one.service,
    version: one.version,
    instance: one.instance,
    requests: one.requests + other.requests,
    answers: [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]],
    refused: one.refused + other.refused,
    aborted: one.aborted + other.aborted,
    failed: one.failed + other.failed,
    retried: one.retried + other.retried,
    bad: one.bad + other.bad,
    badUsers: one.badUsers + other.badUsers,
    newcomers: one.newcomers + other.newcomers,
    bytesIn: one.bytesIn + other.bytesIn,
    bytesOut: one.bytesOut + other.bytesOut,
    firstByte: mergeBuckets(one.firstByte, other.firstByte),
    total: mergeBuckets(one.total, other.total),
  };
}
