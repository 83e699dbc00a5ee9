import type { Share } from '../environments/environment.ts';
import type { Lane } from './lane.ts';
import { reroute } from './reroute.ts';

/**
 * Only signed visits reach these instances from the next request on, and it is written down whose they are, so that
 * they are shown again whatever becomes of us. With `shares` the requests are shared out anew in the same moment.
 * Repeatable.
 */
export async function hideInstances(
  lane: Lane,
  ids: readonly string[],
  { why, shares }: { why: string; shares?: readonly Share[] },
): Promise<void> {
  const states = [{ ids, state: 'hidden' as const, why }];
  await reroute(lane, shares === undefined ? { states } : { states, shares });
}

/** Everybody may meet these instances from the next request on. Repeatable. */
export async function unhideInstances(
  lane: Lane,
  ids: readonly string[],
  shares?: readonly Share[],
): Promise<void> {
  const states = [{ ids, state: 'serving' as const }];
  await reroute(lane, shares === undefined ? { states } : { states, shares });
}
