import type { TrafficCounter, TrafficCounters } from '../../data-plane/count/traffic-counter.ts';
import { isRobot } from '../../data-plane/forward/robot.ts';
import type { KnownNames } from './known-names.ts';
import type { LoggedRequest } from './log-line.ts';

/** What became known of a place by its requests. */
export interface PlaceRequests {
  requests: number;
  /** 0: none but of robots. */
  lastRequestAtMs: number;
}

export interface RequestCount {
  note(request: LoggedRequest): void;
  /** By the place's id, since this process began. */
  places(): ReadonlyMap<number, PlaceRequests>;
  /** When somebody last came whose cookie names one of them, in ms since 1970; 0: not since this process began. */
  lastSticky(lanes: ReadonlySet<number>, servers: ReadonlySet<number>): number;
}

/** Counts requests when they have ended, under the names their lines bear. */
export function requestCount(names: KnownNames, counters: TrafficCounters): RequestCount {
  const places = new Map<number, PlaceRequests>();
  const lanesSeen = new Map<number, number>();
  const serversSeen = new Map<number, number>();

  function noteActivity({ place, beganUs, userAgent }: LoggedRequest): void {
    const known = places.get(place) ?? { requests: 0, lastRequestAtMs: 0 };
    known.requests += 1;
    if (!isRobot(userAgent)) {
      known.lastRequestAtMs = Math.max(known.lastRequestAtMs, Math.floor(beganUs / 1000));
    }
    places.set(place, known);
  }

  function noteUser({ user, endedUs }: LoggedRequest): void {
    if (user === null) return;
    lanesSeen.set(user.lane, Math.floor(endedUs / 1000));
    if (user.server !== null) serversSeen.set(user.server, Math.floor(endedUs / 1000));
  }

  return {
    note(request) {
      const itself = names.place(request.place);
      if (itself === undefined) return;
      noteActivity(request);
      noteUser(request);
      if (request.isSigned) return;
      const server = request.server === null ? undefined : names.server(request.server);
      count(counters.of(server?.thing ?? itself), request);
    },

    places: () => places,

    lastSticky: (lanes, servers) =>
      Math.max(
        0,
        ...[...lanes].map((id) => lanesSeen.get(id) ?? 0),
        ...[...servers].map((id) => serversSeen.get(id) ?? 0),
      ),
  };
}

function count(counter: TrafficCounter, request: LoggedRequest): void {
  const { status, bytesIn, bytesOut, user, beganUs, endedUs } = request;
  const end = { status, user: user?.name ?? '', bytesIn, bytesOut };
  counter.began(request.server === null ? undefined : end.user);
  for (let n = 0; n < request.retries; n += 1) counter.retried();
  if (request.ending === 'client') return counter.aborted(end);
  if (request.ending === 'instance') {
    // An answer that broke off had a good status, and is not one.
    return counter.failed({ ...end, status: request.hadBegun ? 0 : status });
  }
  const isRefused = request.page !== '' && !request.isOwnAnswer;
  if (isRefused || request.ending === 'own') return counter.refused(status);
  const firstByteUs = (request.firstByteUs ?? endedUs) - beganUs;
  // How long an upgraded connection stays is no latency.
  const totalUs = status === 101 ? firstByteUs : endedUs - beganUs;
  counter.answered({ ...end, firstByteUs, totalUs });
}
