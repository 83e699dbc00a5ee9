import { placeKey } from '../../data-plane/place-key.ts';
import type { RouteChange } from '../../route.ts';
import type { MapLine } from './map-lines.ts';
import type { PlacedRoute } from './placed-route.ts';
import { addMapLines, removeMapLines, setMapLine } from './runtime-api.ts';

/** The pauses that are on. They are in memory, as the port says: a reload keeps them, a restart does not. */
export interface HeldPauses {
  /** Notes those that begin, and tells HAProxy. To be called before the routes change. */
  begin(changes: readonly RouteChange[], placed: ReadonlyMap<string, PlacedRoute>): Promise<void>;
  /** Lets go what is released or over, and what waits for a place that is gone. To be called afterwards. */
  end(changes: readonly RouteChange[], placed: ReadonlyMap<string, PlacedRoute>): Promise<void>;
  /** What HAProxy has to know when it starts or reloads. */
  lines(placed: ReadonlyMap<string, PlacedRoute>): MapLine[];
  /** HAProxy has been given exactly these. */
  reset(lines: readonly MapLine[]): void;
}

interface Held {
  requests: number;
  bytes: number;
  untilMs: number;
}

const map = 'pauses.map';

export function heldPauses(): HeldPauses {
  const held = new Map<string, Held>();
  let told = new Map<string, string>();

  function lines(placed: ReadonlyMap<string, PlacedRoute>): MapLine[] {
    return [...held].flatMap(([key, { requests, bytes, untilMs }]): MapLine[] => {
      const id = placed.get(key)?.id;
      return id === undefined ? [] : [[String(id), `${requests}|${bytes}|${untilMs}`]];
    });
  }

  async function tell(wanted: readonly MapLine[], { drops }: { drops: boolean }): Promise<void> {
    for (const [id, value] of wanted) {
      const before = told.get(id);
      if (before === undefined) await addMapLines(map, [[id, value]]);
      else if (before !== value) await setMapLine(map, [id, value]);
      told.set(id, value);
    }
    if (!drops) return;
    const over = [...told.keys()].filter((id) => !wanted.some(([other]) => other === id));
    await removeMapLines(map, over);
    for (const id of over) told.delete(id);
  }

  return {
    lines,
    async begin(changes, placed) {
      for (const change of changes) {
        if (!('pause' in change)) continue;
        const { requests, bytes, limitMs } = change.pause;
        held.set(placeKey(change.pause), {
          requests,
          bytes,
          untilMs: Math.round(Date.now() + limitMs),
        });
      }
      await tell(lines(placed), { drops: false });
    },

    async end(changes, placed) {
      for (const change of changes) {
        if ('release' in change) held.delete(placeKey(change.release));
      }
      for (const [key, { untilMs }] of held) if (untilMs <= Date.now()) held.delete(key);
      await tell(lines(placed), { drops: true });
    },

    reset(now) {
      told = new Map(now);
    },
  };
}
