import { names } from '../environments/environment.ts';
import { upkeep } from '../environments/upkeep-tables.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { applyRoute } from './reroute.ts';

/**
 * The gateway does what the rows say, unless somebody has claimed the environment meanwhile: then it is theirs to do.
 * Needs no lock. Repeatable.
 */
export async function routeAgain(world: World, environment: string): Promise<void> {
  const scope = names.lock(environment);
  // Before the rows: who changes them afterwards has a higher epoch, and the gateway refuses us.
  const epochs = await upkeep.lockEpochs(world.db);
  const epoch = epochs.find(({ name }) => name === scope)?.epoch ?? 0;
  await applyRoute(world, environment, { scope, epoch }).catch(unlessOvertaken);
}

/** Whoever has a newer epoch has read newer rows, and sets the route by them. */
export function unlessOvertaken(error: unknown): void {
  if (!(error instanceof SignalboxError && error.code === 'gateway/fenced')) throw error;
}
