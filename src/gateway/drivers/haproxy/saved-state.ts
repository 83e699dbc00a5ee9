import { copyFileSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { savedRouteShape } from '../../data-plane/control-contract.ts';
import { log } from '../../data-plane/log.ts';
import { writeAtomically } from '../../data-plane/write-atomically.ts';
import type { Route } from '../../route.ts';
import type { PlacedRoute, Slot } from './placed-route.ts';

/** The truth: HAProxy's configuration and maps are written from it. */
export interface SavedState {
  placed: ReadonlyMap<string, PlacedRoute>;
  fences: ReadonlyMap<string, { epoch: number; seenAt: number }>;
  slots: readonly Slot[];
  /** The next name for a place, record, lane or server. No name is ever given twice. */
  nextId: number;
}

const file = 'state.json';

const id = z.int().check(z.minimum(1));
const serverShape = z.object({
  id,
  instance: z.string(),
  address: z.string(),
  state: z.enum(['serving', 'hidden', 'draining']),
});
const { shares, ...routeFields } = savedRouteShape.shape;
const placedShape = z.object({
  route: z.object(routeFields),
  shares,
  id,
  record: id,
  lanes: z.array(
    z.object({
      version: z.string(),
      id,
      slot: z.nullable(z.int().check(z.minimum(0))),
      servers: z.array(serverShape),
    }),
  ),
});
const stateShape = z.object({
  placed: z.array(placedShape),
  fences: z.record(z.string(), z.object({ epoch: z.int(), seenAt: z.number() })),
  slots: z.array(z.object({ checkMs: z.nullable(z.number()) })),
  nextId: id,
});

/**
 * The state of the working directory, `beginning` when there is none. A file that cannot be understood is kept
 * aside, said loudly, and counts as none; names then begin where no former one can be.
 */
export function readSavedState(
  keyOf: (route: Route) => string,
  beginning: readonly Slot[],
): SavedState {
  const none = { placed: new Map(), fences: new Map(), slots: beginning };
  const text = textOf();
  if (text === null) return { ...none, nextId: 1 };
  try {
    const { placed, fences, slots, nextId } = stateShape.parse(JSON.parse(text));
    return {
      placed: new Map(placed.map((one) => [keyOf(one.route), one])),
      fences: new Map(Object.entries(fences)),
      slots,
      nextId,
    };
  } catch (error) {
    const aside = `${file}.broken-${Date.now()}`;
    copyFileSync(file, aside);
    log(
      `ROUTES LOST: ${file} cannot be understood; a copy is kept as ${aside}. Starting with no routes.`,
      error,
    );
    return { ...none, nextId: Date.now() };
  }
}

/** On disk, flushed, when it resolves. */
export async function saveState({ placed, fences, slots, nextId }: SavedState): Promise<void> {
  await writeAtomically(
    file,
    JSON.stringify({
      placed: [...placed.values()],
      fences: Object.fromEntries(fences),
      slots,
      nextId,
    }),
  );
}

function textOf(): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
