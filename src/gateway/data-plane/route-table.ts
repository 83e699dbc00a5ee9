import type { Fence } from '../../kernel/fence.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Route, RouteChange, Upstream } from '../route.ts';
import { type SavedRoutes, readSavedRoutes, saveRoutes } from './saved-routes.ts';

export interface RouteTable {
  find(host: string): Route | undefined;
  all(): Route[];
  /** Its upstreams in the order to try them: each call begins one further on. */
  inTurn(route: Route): Upstream[];
  /** As the port says. Changes that come while one is being written wait for it. */
  apply(changes: readonly RouteChange[], fence: Fence | undefined): Promise<void>;
}

/** The routes as the file holds them; each change is on disk before any request sees it. */
export function routeTable(file: string): RouteTable {
  let saved = readSavedRoutes(file);
  let last: Promise<unknown> = Promise.resolve();
  const turns = new WeakMap<Route, number>();

  async function change(changes: readonly RouteChange[], fence: Fence | undefined): Promise<void> {
    const next = { routes: changed(saved.routes, changes), fences: fenced(saved.fences, fence) };
    await saveRoutes(file, next);
    saved = next;
  }

  return {
    find: (host) => saved.routes.get(host),
    all: () => [...saved.routes.values()],

    inTurn(route) {
      if (route.target.kind === 'page') return [];
      const { upstreams } = route.target;
      const turn = turns.get(route) ?? 0;
      turns.set(route, (turn + 1) % Math.max(upstreams.length, 1));
      return [...upstreams.slice(turn), ...upstreams.slice(0, turn)];
    },

    apply(changes, fence) {
      const done = last.then(() => change(changes, fence));
      last = done.catch(() => {});
      return done;
    },
  };
}

function changed(
  routes: SavedRoutes['routes'],
  changes: readonly RouteChange[],
): Map<string, Route> {
  const next = new Map(routes);
  for (const change of changes) {
    if ('set' in change) next.set(change.set.host, change.set);
    else next.delete(change.remove.host);
  }
  return next;
}

/** Long after any controller can have slept over losing its lock. */
const rememberFenceMs = 30 * 24 * 3_600_000;

function fenced(fences: SavedRoutes['fences'], fence: Fence | undefined): SavedRoutes['fences'] {
  const now = Date.now();
  const next = new Map([...fences].filter(([, { seenAt }]) => now - seenAt < rememberFenceMs));
  if (fence === undefined) return next;
  const highest = fences.get(fence.scope)?.epoch;
  if (highest !== undefined && fence.epoch < highest) throw outranked(fence, highest);
  return next.set(fence.scope, { epoch: fence.epoch, seenAt: now });
}

function outranked({ scope, epoch }: Fence, highest: number): SignalboxError {
  return new SignalboxError({
    code: 'gateway/fenced',
    what: `The gateway changed no route of ${scope}.`,
    why: `Another controller has taken over: its lock has number ${highest}, this one's ${epoch}.`,
    fix: ['Nothing is to be done: the controller that took over does the work.'],
  });
}
