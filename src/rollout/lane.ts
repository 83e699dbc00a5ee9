import type { DeployHooks } from '../environments/deploy.ts';
import type { Site } from '../environments/prepare-deploy.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { RolloutSettings } from './rollout.ts';
import { rollouts } from './tables.ts';

/** One rollout under way: what every step of it needs. Its id is the deploy's. */
export interface Lane extends Site {
  settings: RolloutSettings;
  /** The deploy that served before; null: none did. */
  stable: string | null;
  /** Has to find the new set ready before any request reaches it. */
  inspect: DeployHooks['inspect'];
}

/** How a strategy ends; it has left no instance hidden. */
export type StrategyEnd =
  /** The new release is proven and may have everything. */
  | { end: 'swing' }
  /** The route is back on the old release. */
  | { end: 'rolled back' }
  /** It has had no requests, and the old release has them all. */
  | { end: 'failed'; failed: string; logTail: string; fix: string[] };

/** A step that is refused, and with it all later ones, once the rollout was ended by somebody else. */
export function laneStep<T>(lane: Lane, name: string, act: () => Promise<T>): Promise<T> {
  return lane.flow.step(name, async () => {
    await refuseEnded(lane);
    return act();
  });
}

/** How whoever goes on too late is refused. */
export const endedCode = 'rollout/ended';

/** Throws `rollout/ended` unless the rollout is running. */
export async function refuseEnded({
  world,
  deploy,
}: Pick<Lane, 'world' | 'deploy'>): Promise<void> {
  const rollout = await rollouts.get(world.db, deploy);
  if (rollout?.state === 'running') return;
  throw endedRefusal(deploy, rollout?.decision ?? rollout?.state ?? 'it is gone');
}

export const endedRefusal = (deploy: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'rollout/ended',
    what: `Rollout ${deploy} has ended: ${why}.`,
    fix: ['signalbox rollout status'],
  });
