import type { CountedThing } from '../../data-plane/count/traffic-counter.ts';
import type { PlacedRoute } from './placed-route.ts';

/** What the numbers in HAProxy's lines mean, also for some time after they are gone. */
export interface KnownNames {
  learn(placed: Iterable<PlacedRoute>): void;
  /** The gateway itself at this place. */
  place(id: number): CountedThing | undefined;
  server(id: number): KnownServer | undefined;
  /** The servers that stand, or stood, for one of these instances. */
  serversOf(instances: ReadonlySet<string>): KnownServer[];
}

export interface KnownServer {
  id: number;
  lane: number;
  place: number;
  thing: CountedThing;
}

const mostKnown = 50_000;

export function knownNames(): KnownNames {
  const places = new Map<number, CountedThing>();
  const servers = new Map<number, KnownServer>();

  function learnOne({ id, route, lanes }: PlacedRoute): void {
    const { host, path, environment, service } = route;
    const place = { host, path, environment, service, version: '', instance: '' };
    keep(places, id, place);
    for (const { id: lane, version, servers: ofLane } of lanes) {
      for (const { id: server, instance } of ofLane) {
        const thing = { ...place, version, instance };
        keep(servers, server, { id: server, lane, place: id, thing });
      }
    }
  }

  return {
    learn(placed) {
      for (const one of placed) learnOne(one);
    },
    place: (id) => places.get(id),
    server: (id) => servers.get(id),
    serversOf: (instances) =>
      [...servers.values()].filter(({ thing }) => instances.has(thing.instance)),
  };
}

/** The longest known goes first: what is set again is known anew. */
function keep<Value>(map: Map<number, Value>, id: number, value: Value): void {
  map.delete(id);
  map.set(id, value);
  if (map.size > mostKnown) map.delete(map.keys().next().value ?? id);
}
