import { aCount, someCounts, someNumbers } from '../support/some-counts.ts';
import type { Tick, Ticks, TrafficCount } from '../../src/gateway/traffic.ts';

/** The counting side of a gateway, by hand. */
export interface TickingGateway {
  ticks(after: number | null): Promise<Ticks>;
  /** One tick more. */
  tick(second: number, counts: TrafficCount[], seconds?: number): void;
  /** Forgets the oldest ones, as a full disk makes it. */
  forget(ticks: number): void;
  /** Begins anew under another id. */
  loseState(): void;
}

export function tickingGateway(atMost = 300): TickingGateway {
  let life = 1;
  let number = 0;
  let kept: Tick[] = [];
  return {
    async ticks(after) {
      const found = kept.filter((tick) => tick.number > (after ?? -1)).slice(0, atMost);
      const first = found[0]?.number ?? (after ?? 0) + 1;
      const lost = after === null ? 0 : Math.max(0, first - after - 1);
      return { gateway: `gateway-${life}`, ticks: structuredClone(found), lost };
    },
    tick(second, counts, seconds = 1) {
      number += 1;
      kept.push({ number, second, seconds, counts });
    },
    forget: (ticks) => void (kept = kept.slice(ticks)),
    loseState() {
      life += 1;
      number = 0;
      kept = [];
    },
  };
}

/** So many ticks of made-up counts, the same for the same seconds; the version `always` has one request in each. */
export function fill(
  gateway: TickingGateway,
  { ticks, from }: { ticks: number; from: number },
): TrafficCount[] {
  const number = someNumbers(from);
  return Array.from({ length: ticks }, (_, index) => {
    const always = aCount({ version: 'always', requests: 1, bytesOut: 5e9 });
    const counts = [always, ...someCounts(number)];
    gateway.tick(from + index, counts);
    return counts;
  }).flat();
}
