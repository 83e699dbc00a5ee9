import { SignalboxError } from '../../src/kernel/signalbox-error.ts';
import type { Asked, HeldRequest, Met, TestInstance } from '../../src/gateway/gateway.contract.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import type { Place, Route, RouteChange, Served } from '../../src/gateway/route.ts';
import { inMemoryActivity } from './in-memory-gateway-activity.ts';
import { type Chosen, inMemoryChoice, inMemoryVisits } from './in-memory-gateway-choice.ts';
import { openRequests } from './in-memory-gateway-open.ts';
import { inMemoryPauses } from './in-memory-gateway-pauses.ts';
import { inMemoryTraffic } from './in-memory-gateway-traffic.ts';

export interface InMemoryGateway extends Gateway {
  /** What a request for the host meets; one that a pause holds waits. */
  visit(host: string, asked?: Asked): Promise<Met>;
  /** A request that stays open until `finish`, a drain's limit, or for ever. */
  hold(host: string, asked?: Asked): Promise<HeldRequest>;
  /** Something a route can name. */
  instance(name: string): TestInstance;
}

const key = ({ host, path }: Place): string => `${host}${path}`;

/** The port without a network, for tests of what stands on it. */
export function inMemoryGateway(): InMemoryGateway {
  const fences = new Map<string, number>();
  const requests = openRequests();
  const inside = {
    routes: new Map<string, Route>(),
    heard: new Map<string, string[]>(),
    activity: inMemoryActivity(),
    pauses: inMemoryPauses(),
    traffic: inMemoryTraffic(),
    choice: inMemoryChoice(),
    visits: inMemoryVisits(),
  };
  const { heard, activity, pauses, traffic, choice, visits } = inside;

  return {
    abilities: { mirror: true, cannot: [] },

    instance(instance) {
      const requests: string[] = [];
      heard.set(instance, requests);
      const upstream = { instance, host: '127.0.0.1', port: 1, state: 'serving' as const };
      return { upstream, heard: requests, setHealthy: () => {} };
    },

    async visit(host, asked = {}) {
      const { route, met, chosen } = await meet(inside, host, asked);
      const isNew = chosen != null && asked.headers?.['cookie'] === undefined;
      if (route !== null && chosen?.signed !== true)
        traffic.note(route, met, { version: chosen?.version, isNew });
      return met;
    },

    async hold(host, asked = {}) {
      const { chosen, route } = await meet(inside, host, { ...asked, path: '/hold' });
      if (!chosen || route === null) throw new Error(`${host} has no instance to hold a request`);
      return requests.begin({ place: key(route), instance: chosen.instance });
    },

    async apply(changes, fence) {
      const next = new Map(inside.routes);
      for (const change of changes) changed(next, change);
      if (fence !== undefined) refuseLower(fences, fence);
      for (const route of next.values()) choice.share(inside.routes.get(key(route)), route);
      inside.routes = next;
      pauses.apply(changes, key);
    },

    routes: async () => [...inside.routes.values()],
    drain: (instances, limit) =>
      requests.drain(instances, { ...limit, lastStickyMs: () => choice.lastSticky(instances) }),
    signedVisit: async (to, forMs) => visits.sign(to, forMs),
    setCertificates: async () => {},

    async activity() {
      return activity.read(inside.routes.values(), (place) => ({
        openRequests: requests.openAt(place) + pauses.waitingAt(place),
        waiting: pauses.waitingAt(place),
      }));
    },

    ticks: async (after) => traffic.read(after),
    totals: async () => traffic.totals(),
    entrance: async () => ({ scheme: 'http', port: 80 }),
  };
}

interface Inside {
  routes: Map<string, Route>;
  heard: Map<string, string[]>;
  activity: ReturnType<typeof inMemoryActivity>;
  pauses: ReturnType<typeof inMemoryPauses>;
  choice: ReturnType<typeof inMemoryChoice>;
  visits: ReturnType<typeof inMemoryVisits>;
}

/** What a request meets, after any pause of its place. */
async function meet(
  inside: Inside,
  host: string,
  asked: Asked,
): Promise<{ route: Route | null; met: Met; chosen?: Chosen | null }> {
  const { heard, activity, pauses, choice, visits } = inside;
  const path = (asked.path ?? '/').split('?')[0] ?? '/';
  const first = longest(inside.routes, host, path);
  if (first === undefined) return { route: null, met: page(404) };
  activity.note(first);
  const visit = visits.find(first, asked);
  if (visit === null && !(await pauses.pass(key(first), asked))) {
    return { route: first, met: page(503) };
  }
  const route = inside.routes.get(key(first));
  if (route === undefined) return { route: first, met: page(404) };
  const { target } = route;
  if (target.kind === 'page') return { route, met: page(target.page.status) };
  if (target.kind === 'text') return { route, met: { ...page(200), text: target.text } };
  const chosen = visit ?? choice.choose(route, target, asked);
  if (chosen === null) return { route, met: page(503) };
  const shadow = mirrored(target, asked);
  for (const instance of [chosen.instance, shadow]) {
    if (instance !== null)
      heard.get(instance)?.push(`${asked.method ?? 'GET'} ${asked.path ?? '/'}`);
  }
  const status = Number(/^\/status\/(\d{3})/.exec(path)?.[1] ?? 200);
  const { instance, cookie } = chosen;
  return { route, chosen, met: { ...page(status), from: instance, text: instance, cookie } };
}

function mirrored({ versions, mirror }: Served, { method = 'GET' }: Asked): string | null {
  if (mirror === null) return null;
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(method);
  if ((!isSafe && !mirror.unsafeMethods) || Math.random() * 100 >= mirror.percent) return null;
  const shadow = versions.find(({ version }) => version === mirror.version);
  return shadow?.instances[0]?.instance ?? null;
}

function page(status: number): Met {
  return { status, from: '', text: '', contentType: 'text/plain', cookie: '' };
}

function longest(routes: ReadonlyMap<string, Route>, host: string, path: string) {
  return [...routes.values()]
    .filter((route) => route.host === host && isBelow(path, route.path))
    .sort((one, other) => other.path.length - one.path.length)[0];
}

const isBelow = (path: string, place: string): boolean =>
  place === '/' || path === place || path.startsWith(`${place}/`);

function changed(routes: Map<string, Route>, change: RouteChange): void {
  if ('remove' in change) routes.delete(key(change.remove));
  if (!('set' in change)) return;
  const { host, path } = change.set;
  const isGood = /^[a-z0-9_.-]+$/.test(host) && /^(?:\/|(?:\/[^/?#]+)+)$/.test(path);
  if (!isGood) throw new Error(`${host}${path} is not a place`);
  routes.set(key(change.set), structuredClone(change.set));
}

function refuseLower(
  fences: Map<string, number>,
  { scope, epoch }: { scope: string; epoch: number },
) {
  if (epoch < (fences.get(scope) ?? epoch)) {
    throw new SignalboxError({
      code: 'gateway/fenced',
      what: `No route of ${scope} was changed.`,
      fix: ['Nothing is to be done: the controller that took over does the work.'],
    });
  }
  fences.set(scope, epoch);
}
