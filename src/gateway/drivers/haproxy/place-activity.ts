import { activityLedger } from '../../data-plane/activity-ledger.ts';
import type { RouteTable } from '../../data-plane/route-table.ts';
import type { Activity, Place, Route } from '../../route.ts';
import type { PlaceRequests } from './count-requests.ts';
import type { KnownNames } from './known-names.ts';
import { serverStats, waitingRequests } from './server-stats.ts';

export interface PlaceActivity {
  /** As HAProxy has it now. */
  read(): Promise<Activity[]>;
  /** On disk when it resolves, as far as HAProxy can be asked. */
  keep(): Promise<void>;
}

interface Parts {
  names: KnownNames;
  places: () => ReadonlyMap<number, PlaceRequests>;
  routes: { all(): Route[]; has(place: Place): boolean };
  /** All that has ended is counted when it resolves. */
  sync: () => Promise<void>;
}

/** What a place has open. */
interface OpenNow {
  open: number;
  waiting: number;
  bytes: number;
}

const nothing: OpenNow = { open: 0, waiting: 0, bytes: 0 };

/** The activity of all places, from what was counted and what HAProxy has open: that has not been counted yet. */
export function placeActivity({ names, places, routes, sync }: Parts): PlaceActivity {
  const ledger = activityLedger('activity.json', routes as RouteTable);
  const told = new Map<number, OpenNow & { requests: number }>();
  const haproxy = {};

  async function note(): Promise<void> {
    await sync();
    const open = await openNow(names);
    const ids = new Set([...places().keys(), ...open.keys(), ...told.keys()]);
    ledger.note(
      haproxy,
      [...ids].flatMap((id) => report(id, open.get(id) ?? nothing) ?? []),
    );
  }

  function report(id: number, now: OpenNow) {
    const place = names.place(id);
    if (place === undefined) return null;
    const counted = places().get(id) ?? { requests: 0, lastRequestAtMs: 0 };
    const before = told.get(id) ?? { ...nothing, requests: 0 };
    const requests = Math.max(counted.requests + now.open, before.requests);
    told.set(id, { ...now, requests });
    // Whoever came since and is still there, or what flows in a long answer or WebSocket, is activity, too.
    const isBusy = now.open > 0 && (requests > before.requests || now.bytes !== before.bytes);
    return {
      host: place.host,
      path: place.path,
      environment: place.environment,
      open: now.open,
      waiting: now.waiting,
      requests: requests - before.requests,
      lastRequestAtMs: isBusy ? Date.now() : counted.lastRequestAtMs,
    };
  }

  return {
    async read() {
      await note();
      return ledger.read();
    },

    async keep() {
      await note();
      await ledger.keep();
    },
  };
}

async function openNow(names: KnownNames): Promise<Map<number, OpenNow>> {
  const places = new Map<number, OpenNow>();
  const at = (id: number): OpenNow => {
    const known = places.get(id) ?? { ...nothing };
    places.set(id, known);
    return known;
  };
  for (const { id, open, bytes } of await serverStats()) {
    const place = at(names.server(id)?.place ?? 0);
    place.open += open;
    place.bytes += bytes;
  }
  for (const [id, waiting] of await waitingRequests()) {
    at(id).open += waiting;
    at(id).waiting += waiting;
  }
  return places;
}
