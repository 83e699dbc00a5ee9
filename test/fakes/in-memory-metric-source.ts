import type { ArmCount, MetricSource } from '../../src/observe/metric-source.ts';

/** A source that is told what it counted. */
export function inMemoryMetricSource(name: string) {
  const seconds = new Map<string, ArmCount>();
  const key = (deploy: string, second: number): string => `${deploy} ${second}`;
  let last = 0;
  const sum = (deploy: string, from: number, before: number): ArmCount => {
    const total = { requests: 0, bad: 0 };
    for (let second = from; second < before; second += 1) {
      const one = seconds.get(key(deploy, second));
      total.requests += one?.requests ?? 0;
      total.bad += one?.bad ?? 0;
    }
    return total;
  };
  const source: MetricSource = {
    name,
    counts: async ({ candidate, stable, from, before }) =>
      before - 1 > last
        ? null
        : { candidate: sum(candidate, from, before), stable: sum(stable, from, before) },
  };
  return {
    source,
    /** What one deploy did in one second. */
    count(deploy: string, second: number, counted: ArmCount): void {
      seconds.set(key(deploy, second), counted);
      last = Math.max(last, second);
    },
  };
}
