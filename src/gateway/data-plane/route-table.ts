import { isDeepStrictEqual } from 'node:util';
import type { Fence } from '../../kernel/fence.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Place, Route, RouteChange } from '../route.ts';
import type { SharedRoute, WorkerTable } from './choose/chooser.ts';
import { shareOut } from './choose/share-out.ts';
import { placeKey } from './place-key.ts';
import type { SavedRoutes } from './saved-routes.ts';
import type { TableChange } from './worker-orders.ts';

export interface RouteTable {
  all(): Route[];
  has(place: Place): boolean;
  /** What a worker that starts has to know. */
  whole(): WorkerTable;
  /** On disk when it returns; the answer is what the workers must hear, null when nothing is new to them. */
  change(changes: readonly RouteChange[], fence: Fence | undefined): TableChange | null;
}

type Pauses = Map<string, WorkerTable['pauses'][number]>;

/** The truth about the routes; `workers` share what a pause may hold, `pauses` are a predecessor's. */
export function routeTable(
  saved: SavedRoutes,
  { workers, pauses: former }: { workers: number; pauses: WorkerTable['pauses'] },
): RouteTable {
  const pauses: Pauses = new Map(former.map((pause) => [placeKey(pause), pause]));

  const livingPauses = (): WorkerTable['pauses'] => {
    for (const [key, { untilMs }] of pauses) if (untilMs <= Date.now()) pauses.delete(key);
    return [...pauses.values()];
  };

  return {
    all: () => [...saved.routes.values()].map(asRoute),
    has: (place) => saved.routes.has(placeKey(place)),
    whole: () => ({ routes: [...saved.routes.values()], pauses: livingPauses() }),

    change(changes, fence) {
      refuseOutranked(saved, fence);
      const next = routeChanges(saved, changes);
      const isKnownFence = fence && saved.fences.get(fence.scope)?.epoch === fence.epoch;
      if (next.set.length + next.remove.length > 0 || (fence && !isKnownFence)) {
        saved.add({ ...next, fence });
      }
      if (!notePauses(pauses, changes, workers)) {
        return next.set.length + next.remove.length === 0 ? null : next;
      }
      return { ...next, pauses: livingPauses() };
    },
  };
}

/** Without what is ours alone. */
function asRoute({ host, path, environment, service, target }: SharedRoute): Route {
  return { host, path, environment, service, target };
}

/** Only what differs from what is there; of several changes of one place the last. */
function routeChanges({ routes }: SavedRoutes, changes: readonly RouteChange[]) {
  const last = new Map<string, { place: Place; route: Route | null }>();
  for (const change of changes) {
    if ('set' in change) last.set(placeKey(change.set), { place: change.set, route: change.set });
    if ('remove' in change) {
      last.set(placeKey(change.remove), { place: change.remove, route: null });
    }
  }
  const set: SharedRoute[] = [];
  const remove: Place[] = [];
  for (const [key, { place, route }] of last) {
    const before = routes.get(key);
    if (route === null) {
      if (before !== undefined) remove.push({ host: place.host, path: place.path });
      continue;
    }
    const shared = { ...route, shares: shareOut(before?.shares ?? [], route.target) };
    if (!isDeepStrictEqual(shared, before)) set.push(shared);
  }
  return { set, remove };
}

/** A bound is of the whole gateway: each worker gets its part of it, but room for one at least. */
function notePauses(pauses: Pauses, changes: readonly RouteChange[], workers: number): boolean {
  let isChanged = false;
  for (const change of changes) {
    if ('pause' in change) {
      const { host, path, requests, bytes, limitMs } = change.pause;
      pauses.set(placeKey(change.pause), {
        host,
        path,
        requests: Math.ceil(requests / workers),
        bytes: Math.ceil(bytes / workers),
        untilMs: Date.now() + limitMs,
      });
      isChanged = true;
    }
    if ('release' in change) isChanged = pauses.delete(placeKey(change.release)) || isChanged;
  }
  return isChanged;
}

function refuseOutranked({ fences }: SavedRoutes, fence: Fence | undefined): void {
  const highest = fence && fences.get(fence.scope)?.epoch;
  if (!fence || highest === undefined || fence.epoch >= highest) return;
  throw new SignalboxError({
    code: 'gateway/fenced',
    what: `The gateway changed no route of ${fence.scope}.`,
    why: `Another controller has taken over: its lock has number ${highest}, this one's ${fence.epoch}.`,
    fix: ['Nothing is to be done: the controller that took over does the work.'],
  });
}
