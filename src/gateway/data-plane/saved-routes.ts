import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Fence } from '../../kernel/fence.ts';
import type { Place } from '../route.ts';
import type { SharedRoute } from './choose/chooser.ts';
import { fenceShape, savedRouteShape } from './control-contract.ts';
import { log } from './log.ts';
import { placeKey } from './place-key.ts';
import {
  journalNumbers,
  keepAside,
  readJournal,
  removeJournals,
  routeJournal,
  type RouteJournal,
} from './route-journal.ts';
import { writeAtomically } from './write-atomically.ts';

export interface SavedRoutes {
  readonly routes: ReadonlyMap<string, SharedRoute>;
  readonly fences: ReadonlyMap<string, SeenFence>;
  /** On disk and in the maps when it returns; neither when it throws. */
  add(change: SavedChange): void;
  /** Nothing is being written any more when it resolves, and `add` may not be called. */
  close(): Promise<void>;
}

export interface SeenFence {
  epoch: number;
  seenAt: number;
}

export interface SavedChange {
  set: readonly SharedRoute[];
  remove: readonly Place[];
  fence?: Fence | undefined;
}

interface State {
  routes: Map<string, SharedRoute>;
  fences: Map<string, SeenFence>;
}

const snapshotShape = z.object({
  /** The first journal that is not in it. */
  journal: z.int(),
  routes: z.array(savedRouteShape),
  fences: z.record(z.string(), z.object({ epoch: z.int(), seenAt: z.number() })),
});

const lineShape = z.object({
  set: z.array(savedRouteShape),
  remove: z.array(z.object({ host: z.string(), path: z.string() })),
  fence: z.optional(fenceShape),
});

const snapshotFile = 'routes.json';
const smallestToCompactBytes = 1024 * 1024;
/** Long after any controller can have slept over losing its lock. */
const rememberFenceMs = 30 * 24 * 3_600_000;

/**
 * Routes and fences of the working directory: a snapshot, and a journal with a line for each change since.
 * Nothing waits for the disk itself: after a power cut the last changes may be gone, and the controllers'
 * reconciler sets them anew.
 */
export function savedRoutes(): SavedRoutes {
  const state = readState();
  let snapshotBytes = 0;
  let journal: RouteJournal = routeJournal((journalNumbers().at(-1) ?? 0) + 1);
  let compacting: Promise<void> | null = null;

  async function compact(): Promise<void> {
    const text = JSON.stringify({
      journal: journal.number,
      routes: [...state.routes.values()],
      fences: Object.fromEntries(state.fences),
    });
    const { number } = journal;
    await writeAtomically(snapshotFile, text);
    snapshotBytes = text.length;
    removeJournals(number);
  }

  function startCompacting(): void {
    compacting ??= compact()
      .catch((error: unknown) => log('the snapshot of the routes was not written', error))
      .finally(() => (compacting = null));
  }

  // A journal that ends within a line gets no more lines; this also clears away what was left over.
  startCompacting();

  return {
    routes: state.routes,
    fences: state.fences,

    add(change) {
      journal.append(change);
      take(state, change);
      const isLong = journal.bytes() > Math.max(smallestToCompactBytes, 2 * snapshotBytes);
      if (!isLong || compacting !== null) return;
      const full = journal;
      journal = routeJournal(full.number + 1);
      full.close();
      startCompacting();
    },

    async close() {
      await compacting;
      journal.close();
    },
  };
}

function readState(): State {
  const snapshot = readSnapshot();
  const state: State = {
    routes: new Map(snapshot.routes.map((route) => [placeKey(route), route])),
    fences: new Map(Object.entries(snapshot.fences)),
  };
  for (const number of journalNumbers()) {
    if (number < snapshot.journal) continue;
    for (const line of readJournal(number, (line) => lineShape.parse(line))) take(state, line);
  }
  for (const [scope, { seenAt }] of state.fences) {
    if (Date.now() - seenAt > rememberFenceMs) state.fences.delete(scope);
  }
  return state;
}

/** Empty when there is no file. One that cannot be understood is kept aside, said loudly, and counts as empty. */
function readSnapshot(): z.infer<typeof snapshotShape> {
  const none = { journal: 0, routes: [], fences: {} };
  try {
    return snapshotShape.parse(JSON.parse(readFileSync(snapshotFile, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none;
    keepAside(snapshotFile, `ROUTES LOST: ${snapshotFile}`, error);
    return none;
  }
}

function take({ routes, fences }: State, { set, remove, fence }: SavedChange): void {
  for (const place of remove) routes.delete(placeKey(place));
  for (const route of set) routes.set(placeKey(route), route);
  if (fence !== undefined) fences.set(fence.scope, { epoch: fence.epoch, seenAt: Date.now() });
}
