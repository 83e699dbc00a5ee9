import type { Served, Upstream, Version } from '../../route.ts';
import type { CountedThing, TrafficCounters } from '../count/traffic-counter.ts';
import type { Asked, Choice, Chooser, InstanceChoice, SharedRoute } from './chooser.ts';
import { routing } from './routing.ts';
import { shareOut } from './share-out.ts';

export const key = Buffer.alloc(32, 7);

export interface Rig {
  chooser: Chooser;
  /** What counters were asked for. */
  counted: CountedThing[];
  clock: { nowMs: number };
}

/** A chooser whose clock stands still. */
export function chooserRig(): Rig {
  const counted: CountedThing[] = [];
  const clock = { nowMs: Date.UTC(2026, 10, 21) };
  const chooser = routing({ key, counters: notingCounters(counted), now: () => clock.nowMs });
  return { chooser, counted, clock };
}

export function version(name: string, weight: number, more: Partial<Version> = {}): Version {
  return { version: name, weight, draining: false, instances: [at(`${name}-1`)], ...more };
}

/** The same name has the same address. */
export function at(instance: string, state: Upstream['state'] = 'serving'): Upstream {
  return { instance, host: '127.0.0.1', port: 1024 + (Buffer.from(instance).at(-1) ?? 0), state };
}

export function served(versions: Version[], more: Partial<Served> = {}): Served {
  return { kind: 'versions', versions, sticky: 'version', health: null, mirror: null, ...more };
}

export function routeTo(
  target: SharedRoute['target'],
  { before = [], ...more }: Partial<SharedRoute> & { before?: SharedRoute['shares'] } = {},
): SharedRoute {
  const shares = shareOut(before, target);
  return { host: 'a.test', path: '/', environment: 'e', service: 'web', target, shares, ...more };
}

export function asking(more: Partial<Asked> = {}): Asked {
  return {
    host: 'a.test',
    path: '/',
    method: 'GET',
    cookie: '',
    signedVisit: '',
    secure: false,
    ...more,
  };
}

/** Fails unless an instance was chosen. */
export function chosen(choice: Choice): InstanceChoice {
  if (choice.kind === 'instance') return choice;
  throw new Error(`no instance was chosen, but ${choice.kind}`);
}

/** What a browser would send back. */
export function cookieOf(choice: Choice): string {
  return chosen(choice).setCookie.split(';')[0] ?? '';
}

/** The same random numbers for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function notingCounters(counted: CountedThing[]): TrafficCounters {
  const nothing = (): void => {};
  return {
    take: () => [],
    of(thing) {
      counted.push(thing);
      return {
        began: nothing,
        answered: nothing,
        aborted: nothing,
        failed: nothing,
        refused: nothing,
        retried: nothing,
      };
    },
  };
}
