import { environments } from '../environments/environment-rows.ts';
import { instanceCount } from '../environments/start-instances.ts';
import type { Lane } from './lane.ts';
import { proveInstances } from './prove-instances.ts';

export type Proven = { proven: string[] } | { failed: string; logTail: string; fix: string[] };

/** As many instances as the environment has run beside the old ones, hidden, healthy, smoke-tested and inspected. */
export async function proveWholeSet(lane: Lane): Promise<Proven> {
  const { flow, world, order } = lane;
  const count = await flow.step('count the instances that are needed', async () => {
    const environment = await environments.get(world.db, order.environment);
    if (!environment) throw new Error(`No environment ${order.environment}.`);
    return instanceCount({ environment, config: order.config }, 'web');
  });
  const ordinals = Array.from({ length: count }, (_, index) => index + 1);
  const proven = await proveInstances(lane, { ordinals, label: 'the new set' });
  if ('failed' in proven) return proven;
  return (await inspectedTrouble(lane)) ?? proven;
}

/** What the inspection before the first request found; null: all is well. */
export async function inspectedTrouble(
  lane: Lane,
): Promise<Exclude<Proven, { proven: string[] }> | null> {
  const inspected = (await lane.inspect?.(lane)) ?? 'ready';
  if (inspected === 'ready') return null;
  return 'unwanted' in inspected ? { failed: inspected.unwanted, logTail: '', fix: [] } : inspected;
}
