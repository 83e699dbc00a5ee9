import { SignalboxError } from '../../src/kernel/signalbox-error.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import type { Activity, Page, Route } from '../../src/gateway/route.ts';

interface Open {
  instance: string;
  host: string;
  ended: Promise<'answered' | 'cut off'>;
  end(how: 'answered' | 'cut off'): void;
}

export interface InMemoryGateway extends Gateway {
  /** What a request for the host would meet now: an instance's name, or a page. */
  visit(host: string): string | Page;
  /** A request that stays open until `finish`, a drain's limit, or for ever. */
  hold(host: string): { finish(): void; ended: Promise<'answered' | 'cut off'> };
}

/** The port without a network, for tests of what stands on it. */
export function inMemoryGateway(): InMemoryGateway {
  const fences = new Map<string, number>();
  const activity = new Map<string, Omit<Activity, 'openRequests'>>();
  const requests = openRequests();
  let routes = new Map<string, Route>();
  let turn = 0;

  const lineOf = ({ host, environment }: Route) => {
    const known = activity.get(host);
    if (known?.environment === environment) return known;
    const line = { host, environment, requests: 0, lastRequestAt: null };
    activity.set(host, line);
    return line;
  };

  function visit(host: string): string | Page {
    const route = routes.get(host);
    if (route === undefined) return { status: 404, title: 'Nothing here', text: '' };
    const line = lineOf(route);
    line.requests += 1;
    line.lastRequestAt = new Date();
    if (route.target.kind === 'page') return route.target.page;
    const { upstreams } = route.target;
    turn += 1;
    return upstreams[turn % upstreams.length]?.instance ?? noInstance;
  }

  return {
    visit,

    hold(host) {
      const instance = visit(host);
      if (typeof instance !== 'string')
        throw new Error(`${host} has no instance to hold a request`);
      return requests.begin({ host, instance });
    },

    async apply(changes, fence) {
      const next = new Map(routes);
      for (const change of changes) {
        if ('remove' in change) next.delete(change.remove.host);
        else next.set(checked(change.set).host, change.set);
      }
      if (fence !== undefined) refuseLower(fences, fence);
      routes = next;
    },

    async routes() {
      return [...routes.values()];
    },

    drain: (instances, limitMs) => requests.drain(instances, limitMs),

    async activity() {
      for (const route of routes.values()) lineOf(route);
      return [...activity.values()].map((line) => ({
        ...line,
        openRequests: requests.openAt(line.host),
      }));
    },

    async entrance() {
      return { scheme: 'http', port: 80 };
    },
  };
}

function openRequests() {
  const open = new Set<Open>();
  const openOf = (instances: readonly string[]) =>
    [...open].filter(({ instance }) => instances.includes(instance));

  return {
    openAt: (host: string) => [...open].filter((held) => held.host === host).length,

    begin(about: { host: string; instance: string }) {
      const { promise: ended, resolve } = Promise.withResolvers<'answered' | 'cut off'>();
      const held: Open = {
        ...about,
        ended,
        end(how) {
          open.delete(held);
          resolve(how);
        },
      };
      open.add(held);
      return { finish: () => held.end('answered'), ended };
    },

    async drain(instances: readonly string[], limitMs: number): Promise<{ cutOff: number }> {
      const waited = Promise.all(openOf(instances).map(({ ended }) => ended));
      await Promise.race([waited, after(limitMs, waited)]);
      const left = openOf(instances);
      for (const held of left) held.end('cut off');
      return { cutOff: left.length };
    },
  };
}

const noInstance: Page = { status: 502, title: 'No instance', text: '' };

function checked(route: Route): Route {
  if (!/^[a-z0-9_.-]+$/.test(route.host)) throw new Error(`${route.host} is not a host`);
  return route;
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

function after(limitMs: number, sooner: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    void sooner.then(() => clearTimeout(timer));
  });
}
