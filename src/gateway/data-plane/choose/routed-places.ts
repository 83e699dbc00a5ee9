import type { SharedRoute, WorkerTable } from './chooser.ts';
import { endpointShelf, type EndpointShelf } from './endpoint-shelf.ts';
import { pauseQueue } from './pauses.ts';
import { type PlaceIndex, placeIndex } from './place-index.ts';
import { emptyPlace, type RoutedPlace, routedPlace, updatePlace } from './routed-place.ts';
import type { TrafficCounters } from '../count/traffic-counter.ts';

/** All places of a worker, as its latest table says. */
export interface RoutedPlaces extends Pick<PlaceIndex<RoutedPlace>, 'find'> {
  readonly endpoints: EndpointShelf;
  /** Costs time for what has changed only, when the order is kept: a route that is the same object stays as it is. */
  replace(table: WorkerTable): void;
  all(): Iterable<RoutedPlace>;
}

export function routedPlaces(counters: TrafficCounters, now: () => number): RoutedPlaces {
  const index = placeIndex<RoutedPlace>();
  const endpoints = endpointShelf();
  const parts = { counters, endpoints };
  let routes: readonly SharedRoute[] = [];
  let paused = new Set<RoutedPlace>();

  function place(route: SharedRoute): void {
    const known = index.at(route);
    // A new primary sends its whole table, and mostly it says what we know.
    if (known !== undefined && JSON.stringify(known.route) === JSON.stringify(route)) {
      known.route = route;
      return;
    }
    const one = known ?? routedPlace(route, parts);
    if (known === undefined) index.add(one);
    updatePlace(one, route, parts);
  }

  function replaceRoutes(next: readonly SharedRoute[]): void {
    const { from, toBefore, toNext } = changedPart(routes, next);
    const gone = new Set(routes.slice(from, toBefore));
    for (const route of next.slice(from, toNext)) if (!gone.delete(route)) place(route);
    for (const route of gone) remove(route);
    routes = [...next];
    endpoints.sweep();
  }

  /** Nothing, when a newer route has taken its place. */
  function remove(route: SharedRoute): void {
    const one = index.at(route);
    if (one?.route !== route) return;
    index.remove(one);
    emptyPlace(one, parts);
  }

  function replacePauses(pauses: WorkerTable['pauses']): void {
    const before = paused;
    paused = new Set();
    for (const pause of pauses) {
      const one = index.at(pause);
      if (one === undefined) continue;
      paused.add(one);
      if (one.pause?.isOver() === false) one.pause.bound(pause);
      else if (pause.untilMs > now()) one.pause = pauseQueue(one, pause, now);
    }
    for (const one of before) {
      if (paused.has(one)) continue;
      one.pause?.release();
      one.pause = null;
    }
  }

  return {
    endpoints,
    find: index.find,
    all: () => routes.flatMap((route) => index.at(route) ?? []),
    replace(table) {
      replaceRoutes(table.routes);
      replacePauses(table.pauses);
    },
  };
}

/** Where two lists differ; before and behind it they have the same objects. */
function changedPart<Thing>(
  before: readonly Thing[],
  next: readonly Thing[],
): { from: number; toBefore: number; toNext: number } {
  let [from, toBefore, toNext] = [0, before.length, next.length];
  while (from < toBefore && from < toNext && before[from] === next[from]) from++;
  while (toBefore > from && toNext > from && before[toBefore - 1] === next[toNext - 1]) {
    toBefore--;
    toNext--;
  }
  return { from, toBefore, toNext };
}
