import type { Route } from '../../src/gateway/route.ts';
import { setTimeout as pause } from 'node:timers/promises';

export interface CapacityWatch {
  /** The fewest instances that a newcomer could have met, of all looks until now. */
  fewest(): number;
  /** How often it looked. */
  looks(): number;
  /** What was ever wrong with the route, in words. */
  faults(): string[];
  stop(): Promise<void>;
}

/** Looks at a host's route in the gateway again and again. */
export function capacityWatch(routes: () => Promise<Route[]>, host: string): CapacityWatch {
  let fewest = Infinity;
  let looks = 0;
  let stopped = false;
  const faults = new Set<string>();

  async function watch(): Promise<void> {
    while (!stopped) {
      const route = (await routes().catch(() => [])).find((one) => one.host === host);
      if (route !== undefined) {
        looks += 1;
        fewest = Math.min(fewest, servingIn(route));
        for (const fault of faultsOf(route)) faults.add(fault);
      }
      await pause(25);
    }
  }
  const watching = watch();
  return {
    fewest: () => fewest,
    looks: () => looks,
    faults: () => [...faults],
    async stop() {
      stopped = true;
      await watching;
    },
  };
}

/** Those that requests without a cookie may reach. */
export function servingIn({ target }: Route): number {
  return open(target)
    .flatMap((version) => version.instances)
    .filter(({ state }) => state === 'serving').length;
}

function open(target: Route['target']) {
  if (target.kind !== 'versions') return [];
  return target.versions.filter(({ weight, draining }) => weight > 0 && !draining);
}

function faultsOf({ target }: Route): string[] {
  const versions = open(target);
  const sum = versions.reduce((total, { weight }) => total + Math.round(weight * 100), 0);
  const faults = sum === 10_000 ? [] : [`the weights add up to ${sum / 100}`];
  for (const { version, instances } of versions) {
    if (!instances.some(({ state }) => state === 'serving'))
      faults.push(`${version} has requests and nobody who serves them`);
  }
  return faults;
}
