import type { Activity, Route } from '../../src/gateway/route.ts';

type Line = Omit<Activity, 'openRequests' | 'waiting'>;

/** Requests of each place that had a route. */
export function inMemoryActivity() {
  const lines = new Map<string, Line>();

  function lineOf({ host, path, environment }: Route): Line {
    const known = lines.get(`${host}${path}`);
    if (known?.environment === environment) return known;
    const line = { host, path, environment, requests: 0, lastRequestAt: null };
    lines.set(`${host}${path}`, line);
    return line;
  }

  return {
    note(route: Route): void {
      const line = lineOf(route);
      line.requests += 1;
      line.lastRequestAt = new Date();
    },

    read(
      routes: Iterable<Route>,
      openAt: (place: string) => Pick<Activity, 'openRequests' | 'waiting'>,
    ): Activity[] {
      for (const route of routes) lineOf(route);
      return [...lines].map(([place, line]) => ({ ...line, ...openAt(place) }));
    },
  };
}
