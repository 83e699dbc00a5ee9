import type { DeployOrder, DeployOutcome } from '../environments/deploy-order.ts';
import { deploy, type DeployHooks } from '../environments/deploy.ts';
import type { World } from '../environments/world.ts';
import { rollOut } from '../rollout/roll-out.ts';
import type { Flow } from '../workflow/workflow.ts';
import type { Stage } from './candidate.ts';

export type Delivered = DeployOutcome;

/** The release into the environment of a stage, in the way the stage says: at once, or by its rollout. */
export async function deliver(
  flow: Flow,
  world: World,
  { order, stage, hooks }: { order: DeployOrder; stage: Stage; hooks: DeployHooks },
): Promise<Delivered> {
  const settings = stage.rollout === null ? undefined : order.config.rollouts[stage.rollout];
  if (settings === undefined) return deploy(flow, world, order, hooks);
  const ended = await rollOut(flow, world, { ...order, settings }, hooks);
  if (ended.outcome !== 'rolled back') return ended;
  return {
    outcome: 'failed',
    reason: `rolled back by ${ended.by}: ${ended.reason}`,
    logTail: '',
    fix: [
      'Mend it and push again.',
      `What it was judged by: signalbox rollout status ${order.environmentName}`,
    ],
  };
}
