import type { Load } from './load.ts';

interface Told {
  microseconds: number;
  requests: number;
  p50: number;
  p99: number;
  errors: Record<string, number>;
}

/** What a load generator of ours has written on its last line; times are in microseconds there. */
export function readTold(output: string): Load {
  const line = output.split('\n').find((text) => text.startsWith('told: '));
  if (line === undefined) throw new Error(`the load generator told nothing:\n${output}`);
  const { microseconds, requests, p50, p99, errors } = JSON.parse(line.slice(6)) as Told;
  const met = Object.entries(errors).filter(([, count]) => count > 0);
  return {
    requests,
    requestsPerSecond: requests / (microseconds / 1e6),
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
    failed: met.reduce((sum, [, count]) => sum + count, 0),
    failures: met.map(([kind, count]) => `${kind} ${count}`).join(', '),
  };
}
