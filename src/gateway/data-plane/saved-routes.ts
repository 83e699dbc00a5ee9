import { copyFileSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Route } from '../route.ts';
import { routeShape } from './control-contract.ts';
import { log } from './log.ts';
import { writeAtomically } from './write-atomically.ts';

export interface SavedRoutes {
  routes: ReadonlyMap<string, Route>;
  fences: ReadonlyMap<string, { epoch: number; seenAt: number }>;
}

const fileShape = z.object({
  routes: z.array(routeShape),
  fences: z.record(z.string(), z.object({ epoch: z.int(), seenAt: z.number() })),
});

/** Empty when there is no file. A file that cannot be understood is kept aside, said loudly, and counts as empty. */
export function readSavedRoutes(file: string): SavedRoutes {
  const text = textOf(file);
  if (text === null) return { routes: new Map(), fences: new Map() };
  try {
    const { routes, fences } = fileShape.parse(JSON.parse(text));
    return {
      routes: new Map(routes.map((route) => [route.host, route])),
      fences: new Map(Object.entries(fences)),
    };
  } catch (error) {
    const aside = `${file}.broken-${Date.now()}`;
    copyFileSync(file, aside);
    log(
      `ROUTES LOST: ${file} cannot be understood; a copy is kept as ${aside}. Starting with no routes.`,
      error,
    );
    return { routes: new Map(), fences: new Map() };
  }
}

export async function saveRoutes(file: string, { routes, fences }: SavedRoutes): Promise<void> {
  await writeAtomically(
    file,
    JSON.stringify({ routes: [...routes.values()], fences: Object.fromEntries(fences) }),
  );
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
