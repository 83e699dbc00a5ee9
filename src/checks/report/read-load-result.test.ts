import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { longestUs, mergeHistograms, slowerThan } from './latency-histogram.ts';
import type { LoadResult } from './load-result.ts';
import { readLoadResult } from './read-load-result.ts';

function measured(value: unknown): LoadResult {
  const reading = readLoadResult(JSON.stringify(value));
  assert.ok('load' in reading, JSON.stringify(reading));
  return reading.load;
}

function refused(text: string): string {
  const reading = readLoadResult(text);
  assert.ok('problem' in reading, JSON.stringify(reading));
  return reading.problem;
}

const ours = {
  requests: 100,
  bad: 2,
  seconds: 10,
  latencies: {
    unit: 'ms',
    buckets: [
      [0.5, 60],
      [20, 30],
      [null, 8],
    ],
  },
};

describe('our own form', () => {
  test('has its latencies in microseconds', () => {
    assert.deepEqual(measured(ours), {
      requests: 100,
      bad: 2,
      seconds: 10,
      buckets: [
        [500, 60],
        [20_000, 30],
        [longestUs, 8],
      ],
      ticks: [],
      missing: [],
    });
    const bounds = (unit: string) =>
      measured({ ...ours, latencies: { unit, buckets: [[1.5, 1]] } }).buckets;
    assert.deepEqual(
      [bounds('us'), bounds('ms'), bounds('s')],
      [[[2, 1]], [[1500, 1]], [[1_500_000, 1]]],
    );
  });

  test('bounds that become the same microsecond, or the longest time, are one bucket', () => {
    const buckets = [
      [0, 1],
      [0.2, 1],
      [0.9, 1],
      [4_000_000_000, 1],
      [5_000_000_000, 1],
      [null, 1],
    ];
    const { buckets: merged } = measured({ ...ours, latencies: { unit: 'us', buckets } });
    assert.deepEqual(merged, [
      [0, 1],
      [1, 2],
      [longestUs, 3],
    ]);
  });

  test('says what a verdict has to do without', () => {
    assert.deepEqual(measured({ requests: 5, bad: 0 }).missing, [
      'how long it took',
      'latency buckets: only errors can be judged',
    ]);
    assert.deepEqual(measured({ requests: 0, bad: 0, seconds: 1 }).missing, [
      'it made no requests',
    ]);
  });

  test('ticks are added, and kept', () => {
    const load = measured({
      unit: 'ms',
      ticks: [
        {
          requests: 3,
          bad: 0,
          latencies: {
            buckets: [
              [1, 2],
              [5, 1],
            ],
          },
        },
        {
          requests: 4,
          bad: 1,
          latencies: {
            buckets: [
              [2, 1],
              [5, 3],
            ],
          },
        },
        { requests: 0, bad: 0 },
      ],
    });
    const { ticks, ...whole } = load;
    assert.deepEqual(whole, {
      requests: 7,
      bad: 1,
      seconds: 3,
      buckets: [
        [1000, 2],
        [2000, 1],
        [5000, 4],
      ],
      missing: [],
    });
    assert.deepEqual(
      ticks.map(({ requests, seconds }) => [requests, seconds]),
      [
        [3, 1],
        [4, 1],
        [0, 1],
      ],
    );
  });
});

test('a summary of k6, whose failures are called passes, has no buckets', () => {
  const flat = {
    root_group: {},
    metrics: {
      http_reqs: { count: 180, rate: 4.5 },
      http_req_failed: { passes: 9, fails: 171, value: 0.05 },
      http_req_duration: { med: 110.4, 'p(95)': 215.9 },
    },
  };
  const load = measured(flat);
  assert.deepEqual([load.requests, load.bad, load.seconds, load.buckets], [180, 9, 40, []]);
  assert.match(load.missing.join(), /latency buckets: k6 tells percentiles only/);
  const nested = {
    state: { testRunDurationMs: 39_000 },
    metrics: {
      http_reqs: { type: 'counter', values: { count: 180, rate: 4.5 } },
      http_req_failed: { type: 'rate', values: { rate: 0.05 } },
    },
  };
  assert.deepEqual([measured(nested).bad, measured(nested).seconds], [9, 39]);
});

test('autocannon counts what got no answer apart from its requests', () => {
  const load = measured({
    title: 'x',
    requests: { average: 250, total: 500, sent: 510 },
    latency: { p50: 67, p90: 126, p99: 386 },
    errors: 4,
    timeouts: 3,
    duration: 2.06,
    non2xx: 20,
    '4xx': 13,
    '5xx': 7,
  });
  assert.deepEqual([load.requests, load.bad, load.seconds], [504, 11, 2.06]);
  assert.match(load.missing.join(), /percentiles only/);
  const plain = measured({ requests: 50, errors: { connect: 1, timeout: 2 }, latency: { p50: 1 } });
  assert.deepEqual([plain.requests, plain.bad, plain.seconds], [50, 3, null]);
});

test('what is not a result is refused in words', () => {
  const of = (change: object) => refused(JSON.stringify({ ...ours, ...change }));
  const latencies = (buckets: unknown, unit = 'ms') => of({ latencies: { unit, buckets } });
  const facts: [string, RegExp][] = [
    [refused('{'), /not JSON/],
    [refused('['.repeat(1_000_000)), /not JSON/],
    [refused('"\\"'), /not JSON/],
    [of({ other: JSON.parse('['.repeat(60) + ']'.repeat(60)) }), /nests too deeply/],
    [refused('[]'), /not a JSON object/],
    [refused('{}'), /no tool we know/],
    [of({ requests: 1.5 }), /"requests" is not/],
    [of({ requests: 2 ** 60 }), /"requests" is not/],
    [of({ bad: -1 }), /"bad" is not/],
    [of({ bad: 101 }), /"bad" \(101\) is more than "requests" \(100\)/],
    [of({ seconds: 0 }), /"seconds" is not/],
    [of({ latencies: [] }), /"latencies" is not an object/],
    [latencies([], 'min'), /none of us, ms and s/],
    [latencies({}), /at most 10000 pairs/],
    [latencies(Array.from({ length: 10_001 }, (_, index) => [index + 1, 0])), /at most 10000/],
    [
      latencies([
        [1, 1],
        [1, 1],
      ]),
      /buckets\[1\]" is not a pair/,
    ],
    [
      latencies([
        [null, 1],
        [null, 1],
      ]),
      /buckets\[1\]" is not a pair/,
    ],
    [latencies([[1, -1]]), /buckets\[0\]" is not a pair/],
    [latencies([[-1, 1]]), /buckets\[0\]" is not a pair/],
    [latencies([[1, 101]]), /hold 101 requests/],
    [of({ ticks: [{ requests: 1, bad: 0 }, 7] }), /ticks\[1\]: it is not an object/],
    [of({ ticks: Array.from({ length: 20_001 }, () => 0) }), /more than 20000 ticks/],
    [refused('{"metrics":{}}'), /without metrics.http_reqs.count/],
    [refused('{"latency":{"p50":1},"requests":1,"errors":2}'), /more errors than requests/],
  ];
  for (const [said, expected] of facts) assert.match(said, expected);
});

test('slower than a cut point is whatever lies in buckets that end above it', () => {
  const histogram = mergeHistograms(
    [
      [10, 1],
      [20, 2],
    ],
    [
      [15, 4],
      [20, 8],
    ],
  );
  assert.deepEqual(histogram, [
    [10, 1],
    [15, 4],
    [20, 10],
  ]);
  assert.deepEqual(
    [9, 10, 15, 19, 20].map((cut) => slowerThan(histogram, cut)),
    [15, 14, 10, 10, 0],
  );
});
