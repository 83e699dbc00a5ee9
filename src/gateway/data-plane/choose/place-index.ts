import type { Place } from '../../route.ts';
import { hasOddSegment, isPlainPath, mostLenientStart } from './plain-path.ts';

/** Finds the place of a request in a time that does not depend on how many there are. */
export interface PlaceIndex<Placed extends { route: Place }> {
  /**
   * The place with the longest path that fits by whole segments; null: there is none. Letters are compared as they
   * are, upper and lower case apart. 'unclear': the host has several places, and instances could read this path as
   * one of another place; it must go nowhere.
   */
  find(host: string, pathAndQuery: string): Placed | 'unclear' | null;
  at(place: Place): Placed | undefined;
  add(placed: Placed): void;
  remove(placed: Placed): void;
}

interface HostPlaces<Placed> {
  byPath: Map<string, Placed>;
  /** The place at `/` when there is no other: the path does not matter then. */
  only: Placed | null;
  /** No path is longer. */
  longest: number;
}

export function placeIndex<Placed extends { route: Place }>(): PlaceIndex<Placed> {
  const hosts = new Map<string, HostPlaces<Placed>>();

  return {
    find(host, pathAndQuery) {
      const here = hosts.get(host);
      if (here === undefined) return null;
      return here.only ?? findAmong(here, pathOf(pathAndQuery));
    },

    at: ({ host, path }) => hosts.get(host)?.byPath.get(path),

    add(placed) {
      const { host, path } = placed.route;
      const here = hosts.get(host) ?? { byPath: new Map<string, Placed>(), only: null, longest: 0 };
      here.byPath.set(path, placed);
      here.longest = Math.max(here.longest, path.length);
      here.only = onlyPlace(here.byPath);
      hosts.set(host, here);
    },

    remove(placed) {
      const { host, path } = placed.route;
      const here = hosts.get(host);
      if (here?.byPath.get(path) !== placed) return;
      here.byPath.delete(path);
      here.only = onlyPlace(here.byPath);
      if (here.byPath.size === 0) hosts.delete(host);
    },
  };
}

function onlyPlace<Placed>(byPath: Map<string, Placed>): Placed | null {
  return byPath.size === 1 ? (byPath.get('/') ?? null) : null;
}

function pathOf(pathAndQuery: string): string {
  const query = pathAndQuery.indexOf('?');
  return query === -1 ? pathAndQuery : pathAndQuery.slice(0, query);
}

function findAmong<Placed>(here: HostPlaces<Placed>, path: string): Placed | 'unclear' | null {
  const found = longestPrefix(here, path);
  if (isPlainPath(path)) return found;
  if (hasOddSegment(path)) return 'unclear';
  const start = mostLenientStart(path, here.longest);
  return longestPrefix(here, start) === found ? found : 'unclear';
}

function longestPrefix<Placed>(
  { byPath, longest }: HostPlaces<Placed>,
  path: string,
): Placed | null {
  let end = path.length <= longest ? path.length : path.lastIndexOf('/', longest);
  while (end > 0) {
    const placed = byPath.get(path.slice(0, end));
    if (placed !== undefined) return placed;
    end = path.lastIndexOf('/', end - 1);
  }
  return byPath.get('/') ?? null;
}
