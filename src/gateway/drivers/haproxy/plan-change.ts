import { isDeepStrictEqual } from 'node:util';
import { shareOut } from '../../data-plane/choose/share-out.ts';
import { placeKey } from '../../data-plane/place-key.ts';
import type { Route, RouteChange, Served, Version } from '../../route.ts';
import type { Lane, LaneServer, PlacedRoute, Slot } from './placed-route.ts';
import type { SavedState } from './saved-state.ts';

/** What a set of changes comes to. */
export interface Plan {
  placed: ReadonlyMap<string, PlacedRoute>;
  nextId: number;
  set: readonly PlacedRoute[];
  remove: readonly PlacedRoute[];
  /** Records and lanes that nothing names afterwards; a lane that goes on elsewhere is not among them. */
  former: readonly PlacedRoute[];
}

interface Supply {
  id(): number;
  slot(checkMs: number | null): number;
}

/** HAProxy has too few backends of a kind. */
export class SlotsMissing extends Error {
  override readonly name = 'SlotsMissing';
  readonly wanted: readonly Slot[];

  constructor(wanted: readonly Slot[]) {
    super('HAProxy has too few backends');
    this.wanted = wanted;
  }
}

/**
 * Pure but for `busy`, which it only reads: the slots that may not be used. `addresses` has every instance's
 * address. Throws SlotsMissing with all that are missing.
 */
export function planChange(
  state: SavedState,
  changes: readonly RouteChange[],
  { busy, addresses }: { busy: ReadonlySet<number>; addresses: ReadonlyMap<string, string> },
): Plan {
  const supply = supplyOf(state, busy);
  const placed = new Map(state.placed);
  const set: PlacedRoute[] = [];
  const remove: PlacedRoute[] = [];
  const former: PlacedRoute[] = [];
  for (const [key, route] of lastOfEach(changes)) {
    const before = placed.get(key);
    if (route === null) {
      if (before === undefined) continue;
      placed.delete(key);
      remove.push(before);
      former.push(before);
    } else if (!isDeepStrictEqual(before?.route, route)) {
      const next = place(route, before, { supply: supply.supply, addresses });
      placed.set(key, next);
      set.push(next);
      if (before !== undefined) former.push(before);
    }
  }
  if (supply.missing.length > 0) throw new SlotsMissing(supply.missing);
  return { placed, nextId: supply.nextId(), set, remove, former };
}

/** The slots that routes name. */
export function slotsOf(all: Iterable<PlacedRoute>): Set<number> {
  const slots = new Set<number>();
  for (const { lanes } of all) {
    for (const { slot } of lanes) if (slot !== null) slots.add(slot);
  }
  return slots;
}

function lastOfEach(changes: readonly RouteChange[]): Map<string, Route | null> {
  const last = new Map<string, Route | null>();
  for (const change of changes) {
    if ('set' in change) last.set(placeKey(change.set), change.set);
    if ('remove' in change) last.set(placeKey(change.remove), null);
  }
  return last;
}

interface Supplies {
  supply: Supply;
  missing: Slot[];
  nextId(): number;
}

function supplyOf({ slots, nextId }: SavedState, busy: ReadonlySet<number>): Supplies {
  let id = nextId;
  const missing: Slot[] = [];
  const free = slots.flatMap(({ checkMs }, index) => (busy.has(index) ? [] : [{ checkMs, index }]));
  return {
    missing,
    nextId: () => id,
    supply: {
      id: () => id++,
      slot(checkMs) {
        const at = free.findIndex((one) => one.checkMs === checkMs);
        if (at === -1) missing.push({ checkMs });
        return free.splice(at, at === -1 ? 0 : 1)[0]?.index ?? -1;
      },
    },
  };
}

interface Placing {
  supply: Supply;
  addresses: ReadonlyMap<string, string>;
}

function place(route: Route, before: PlacedRoute | undefined, placing: Placing): PlacedRoute {
  const isSame =
    before?.route.environment === route.environment && before.route.service === route.service;
  const known = isSame ? before : undefined;
  const { target } = route;
  return {
    route,
    shares: shareOut(known?.shares ?? [], target),
    id: known?.id ?? placing.supply.id(),
    record: placing.supply.id(),
    lanes:
      target.kind === 'versions'
        ? target.versions.map((version) => laneOf(version, { target, known, placing }))
        : [],
  };
}

/** A lane keeps its backend only when nothing about it changes: a request must not see half a change. */
function laneOf(
  { version, instances }: Version,
  from: { target: Served; known: PlacedRoute | undefined; placing: Placing },
): Lane {
  const { target, known, placing } = from;
  const { supply, addresses } = placing;
  const before = known?.lanes.find((lane) => lane.version === version);
  const servers = instances.map(({ instance, host, port, state }): LaneServer => ({
    id: before?.servers.find((one) => one.instance === instance)?.id ?? supply.id(),
    instance,
    address: `${addresses.get(host) ?? host}:${port}`,
    state,
  }));
  const id = before?.id ?? supply.id();
  if (servers.length === 0) return { version, id, slot: null, servers };
  const keepsSlot =
    before !== undefined &&
    before.slot !== null &&
    isDeepStrictEqual(before.servers, servers) &&
    isDeepStrictEqual(healthOf(known), target.health);
  const slot = keepsSlot ? before.slot : supply.slot(target.health?.timeoutMs ?? null);
  return { version, id, slot, servers };
}

function healthOf(placed: PlacedRoute | undefined): Served['health'] | undefined {
  return placed?.route.target.kind === 'versions' ? placed.route.target.health : undefined;
}
