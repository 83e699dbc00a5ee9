import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { applyRoute } from './reroute.ts';
import { knownFence } from './without-lock.ts';

/**
 * The gateway does what the rows say, unless somebody has claimed the environment meanwhile: then it is theirs to do.
 * Needs no lock. Repeatable.
 */
export async function routeAgain(world: World, environment: string): Promise<void> {
  const fence = await knownFence(world, environment);
  await applyRoute(world, environment, fence).catch(unlessOvertaken);
}

/** Whoever has a newer epoch has read newer rows, and sets the route by them. */
export function unlessOvertaken(error: unknown): void {
  if (!(error instanceof SignalboxError && error.code === 'gateway/fenced')) throw error;
}
