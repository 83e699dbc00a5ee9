import type { LatencyBuckets, TrafficCount } from '../../src/gateway/traffic.ts';

/** Numbers that look random and are the same in every run. */
export function someNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // Murmur3's last mixing step over a Weyl sequence: neighbouring seeds have nothing in common.
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return Math.floor((((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32) * below);
  };
}

/** A line about nothing in particular, with these fields. */
export function aCount(fields: Partial<TrafficCount> = {}): TrafficCount {
  return {
    host: 'shop.test',
    path: '/',
    environment: 'environment-1',
    service: 'web',
    version: 'deploy-1',
    instance: 'instance-1',
    requests: 0,
    answers: [0, 0, 0, 0],
    refused: 0,
    aborted: 0,
    failed: 0,
    retried: 0,
    bad: 0,
    badUsers: 0,
    newcomers: 0,
    bytesIn: 0,
    bytesOut: 0,
    firstByte: [],
    total: [],
    ...fields,
  };
}

/** Up to five lines about up to four things, as a worker might send them. */
export function someCounts(number: (below: number) => number): TrafficCount[] {
  return Array.from({ length: number(6) }, () =>
    aCount({
      version: `deploy-${number(2)}`,
      instance: `instance-${number(2)}`,
      requests: number(100),
      answers: [number(90), number(9), number(9), number(9)],
      refused: number(5),
      aborted: number(5),
      failed: number(5),
      retried: number(5),
      bad: number(9),
      badUsers: number(9),
      newcomers: number(9),
      bytesIn: number(9_000),
      bytesOut: number(90_000),
      firstByte: someBuckets(number),
      total: someBuckets(number),
    }),
  );
}

function someBuckets(number: (below: number) => number): LatencyBuckets {
  const buckets = new Set(Array.from({ length: number(8) }, () => 700 + number(12)));
  return [...buckets].sort((one, other) => one - other).map((bucket) => [bucket, 1 + number(9)]);
}
