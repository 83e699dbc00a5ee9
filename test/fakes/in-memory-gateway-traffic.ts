import { randomUUID } from 'node:crypto';
import type { Met } from '../../src/gateway/gateway.contract.ts';
import type { Route } from '../../src/gateway/route.ts';
import type { Tick, Ticks, TrafficCount } from '../../src/gateway/traffic.ts';
import { mergeCounts } from '../../src/gateway/data-plane/count/merge-counts.ts';

/** Counts requests; whoever reads ends the tick. */
export function inMemoryTraffic() {
  const gateway = randomUUID();
  const ticks: Tick[] = [];
  let fresh: TrafficCount[] = [];

  function endTick(): void {
    if (fresh.length === 0) return;
    const second = Math.floor(Date.now() / 1000);
    ticks.push({ number: ticks.length + 1, second, seconds: 1, counts: mergeCounts([fresh]) });
    fresh = [];
  }

  return {
    note(route: Route, met: Met, { version = '', isNew = false } = {}): void {
      fresh.push({ ...countOf(route, met, version), newcomers: Number(isNew) });
    },

    read(after: number | null): Ticks {
      endTick();
      return { gateway, ticks: ticks.filter(({ number }) => number > (after ?? 0)), lost: 0 };
    },

    totals(): TrafficCount[] {
      endTick();
      return mergeCounts(ticks.map(({ counts }) => counts));
    },
  };
}

function countOf(route: Route, { status, from }: Met, version: string): TrafficCount {
  const { host, path, environment, service } = route;
  const is = (kind: number) => Number(Math.floor(status / 100) === kind);
  return {
    host,
    path,
    environment,
    service,
    version,
    instance: from,
    requests: 1,
    answers: [is(2), is(3), is(4), is(5)],
    refused: from === '' && status === 503 && route.target.kind === 'versions' ? 1 : 0,
    aborted: 0,
    failed: 0,
    retried: 0,
    bad: is(5),
    badUsers: is(5),
    newcomers: 0,
    bytesIn: 0,
    bytesOut: 0,
    firstByte: [],
    total: [],
  };
}
