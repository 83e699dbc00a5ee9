import { log } from '../../data-plane/log.ts';
import { backendName, type Lane, type PlacedRoute, serverName, type Slot } from './placed-route.ts';
import { askHaproxy, refusal, removeMapLines, workerSocket } from './runtime-api.ts';
import { serverLines } from './write-config.ts';

/** Which of HAProxy's backends are in use, and how one gets its servers and loses them. */
export interface UsedSlots {
  busy(): ReadonlySet<number>;
  /** The lane's servers take requests when it resolves, but nothing sends them any yet. */
  fill(lane: Lane, placed: PlacedRoute): Promise<void>;
  /** Nothing names it from now on. Once nothing is open there, `tidy` empties it for another use. */
  leave(lane: Lane): void;
  /** Empties what was left for long enough. Repeatable. */
  tidy(): Promise<void>;
  /** HAProxy has been given exactly these. */
  reset(slots: ReadonlySet<number>): void;
}

/** A request that has been told of a backend must have come there by then. */
const graceMs = 3_000;
const firstSlots = 128;

export function usedSlots(): UsedSlots {
  let busy = new Set<number>();
  let left: { lane: Lane; atMs: number }[] = [];

  return {
    busy: () => busy,

    async fill(lane, placed) {
      if (lane.slot === null) return;
      busy.add(lane.slot);
      for (const line of serverLines(lane, placed)) await addServer(backendName(lane.slot), line);
    },

    leave(lane) {
      if (lane.slot !== null) left.push({ lane, atMs: Date.now() });
    },

    async tidy() {
      const due = left.filter(({ atMs }) => Date.now() - atMs >= graceMs);
      for (const one of due) {
        if (!(await empty(one.lane))) continue;
        left = left.filter((other) => other !== one);
        busy.delete(one.lane.slot ?? -1);
      }
    },

    reset(slots) {
      busy = new Set(slots);
      left = [];
    },
  };
}

/** The backends of a gateway that begins. */
export const firstSlotsOf = (): Slot[] =>
  Array.from({ length: firstSlots }, () => ({ checkMs: null }));

/** With room for what is wanted and a quarter more of its kind, so that HAProxy is seldom reloaded. */
export function moreSlots(slots: readonly Slot[], wanted: readonly Slot[]): Slot[] {
  const kinds = new Set(wanted.map(({ checkMs }) => checkMs));
  const fresh = [...kinds].flatMap((kind) => {
    const isKind = ({ checkMs }: Slot) => checkMs === kind;
    const missing = wanted.filter(isKind).length;
    const spare = Math.max(Math.ceil((slots.filter(isKind).length + missing) / 4), 16);
    return Array.from({ length: missing + spare }, () => ({ checkMs: kind }));
  });
  return [...slots, ...fresh];
}

async function addServer(backend: string, line: string): Promise<void> {
  const name = `${backend}/${line.slice(0, line.indexOf(' '))}`;
  const command = `add server ${backend}/${line}; enable health ${name}; set server ${name} state ready`;
  const answer = await askHaproxy(workerSocket, command);
  if (answer !== 'New server registered.') throw refusal(command, answer);
}

async function empty({ slot, servers }: Lane): Promise<boolean> {
  const backend = backendName(slot);
  let isEmpty = true;
  for (const { id } of servers) {
    const name = `${backend}/${serverName(id)}`;
    const command = `set server ${name} state maint; del server ${name}`;
    const answer = await askHaproxy(workerSocket, command);
    const isGone = /deleted|no such/i.test(answer);
    if (!isGone && !/connection|session|queue/i.test(answer)) {
      log(`HAProxy keeps ${name}: ${answer}`);
    }
    isEmpty &&= isGone;
  }
  if (isEmpty) await removeMapLines('checks.map', [backend]);
  return isEmpty;
}
