import { placeKey } from '../../data-plane/place-key.ts';
import {
  checkLines,
  hostLines,
  laneLines,
  type MapLine,
  placeLine,
  shareLines,
} from './map-lines.ts';
import { removePageOf, writePageOf } from './page-files.ts';
import { backendName, type Lane, mapKey, type PlacedRoute, serverName } from './placed-route.ts';
import { type Plan, slotsOf } from './plan-change.ts';
import {
  addMapLines,
  askHaproxy,
  removeMapLines,
  replaceMap,
  setMapLine,
  workerSocket,
} from './runtime-api.ts';
import { serverStats } from './server-stats.ts';
import type { UsedSlots } from './used-slots.ts';

type Placed = ReadonlyMap<string, PlacedRoute>;

/** HAProxy has everything that the plan's routes need when it resolves, and no request sees any of it yet. */
export async function prepare(plan: Plan, before: Placed, slots: UsedSlots): Promise<void> {
  const filled = slotsOf(before.values());
  const isNew = ({ slot }: Lane) => slot !== null && !filled.has(slot);
  for (const placed of plan.set) {
    writePageOf(placed);
    const fresh = { ...placed, lanes: placed.lanes.filter(isNew) };
    await addMapLines('checks.map', checkLines(fresh));
    for (const lane of fresh.lanes) await slots.fill(lane, placed);
  }
  await rememberDown(
    plan.set.flatMap(({ lanes }) => lanes.filter(isNew)),
    before,
  );
  await addMapLines('lanes.map', plan.set.flatMap(laneLines));
  await addMapLines('shares.map', plan.set.flatMap(shareLines));
  await addMapLines('hosts.map', hostsThatBegin(plan, before, plan.placed));
}

/** From one moment on every request sees the plan's routes. */
export async function switchOver(plan: Plan, before: Placed): Promise<void> {
  const [only, ...more] = [...plan.set, ...plan.remove];
  if (only === undefined) return;
  if (more.length > 0) await replaceMap('places.map', [...plan.placed.values()].map(placeLine));
  else if (plan.remove.length > 0) await removeMapLines('places.map', [mapKey(only.route)]);
  else if (hasKey(before, only)) await setMapLine('places.map', placeLine(only));
  else await addMapLines('places.map', [placeLine(only)]);
  await removeMapLines(
    'hosts.map',
    hostsThatBegin(plan, plan.placed, before).map(([host]) => host),
  );
}

/** The lanes whose backends nothing names any more. */
export function formerLanes({ former, placed }: Plan): Lane[] {
  const used = slotsOf(placed.values());
  return former.flatMap(({ lanes }) =>
    lanes.filter(({ slot }) => slot !== null && !used.has(slot)),
  );
}

/** Of routes that no request can see any more. */
export async function forget(former: readonly PlacedRoute[]): Promise<void> {
  const keys = (lines: readonly MapLine[]) => lines.map(([key]) => key);
  await removeMapLines('lanes.map', keys(former.flatMap(laneLines)));
  await removeMapLines('shares.map', keys(former.flatMap(shareLines)));
  for (const one of former) removePageOf(one);
}

/** An instance that was out stays out until a check brings it back, also in another backend. */
async function rememberDown(fresh: readonly Lane[], before: Placed): Promise<void> {
  const known = new Set(
    [...before.values()]
      .flatMap(({ lanes }) => lanes.flatMap(({ servers }) => servers))
      .map(({ id }) => id),
  );
  if (!fresh.some(({ servers }) => servers.some(({ id }) => known.has(id)))) return;
  const down = new Set((await serverStats()).flatMap(({ id, isDown }) => (isDown ? [id] : [])));
  for (const { slot, servers } of fresh) {
    for (const { id } of servers.filter((server) => down.has(server.id))) {
      const name = `${backendName(slot)}/${serverName(id)}`;
      await askHaproxy(workerSocket, `set server ${name} health down`);
    }
  }
}

/** Hosts of the plan whose paths decide something only afterwards. */
function hostsThatBegin(plan: Plan, before: Placed, after: Placed): MapLine[] {
  const hosts = new Set([...plan.set, ...plan.remove].map(({ route }) => route.host));
  const ofPlan = (all: Placed) => [...all.values()].filter(({ route }) => hosts.has(route.host));
  const known = new Set(hostLines(ofPlan(before)).map(([host]) => host));
  return hostLines(ofPlan(after)).filter(([host]) => !known.has(host));
}

const hasKey = (before: Placed, { route }: PlacedRoute): boolean => before.has(placeKey(route));
