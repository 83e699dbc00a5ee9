import { deployByHand } from '../environments/deploy-by-hand.ts';
import { deploys, environments } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { releases, rollbacks, type Rollback } from './rollback-tables.ts';
import { rolloutWorkflows, runOfRollback, startFinishing } from './rollout-workflows.ts';
import { routeAgain } from './route-again.ts';

/**
 * Every rollback that has begun ends: one whose controller died before the gateway was told has its route, one that
 * nobody tidies is tidied, one whose old release starts again is ended when that has ended. Returns what it mended, in
 * words. Repeatable, and to be called as soon as a controller has started.
 */
export async function mendRollbacks(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const rollback of await rollbacks.allOpen(world.db)) {
    const what = await (rollback.kind === 'at once'
      ? mendTidying(world, rollback)
      : mendStarting(world, rollback));
    if (what) mended.push(`rollback ${rollback.id}: ${what}`);
  }
  return mended;
}

async function mendTidying(world: World, { id, environmentId }: Rollback): Promise<string | null> {
  const state = await world.engine.state(runOfRollback(id));
  if (state === 'running') return null;
  await routeAgain(world, environmentId);
  const order = { rollback: id, environment: environmentId };
  if (state === 'absent') await startFinishing(world.engine, order);
  else {
    // Its run has broken; a new one may find the obstacle gone. One a minute.
    const minute = Math.floor(world.clock.now().getTime() / 60_000);
    const run = { id: `${runOfRollback(id)}-${minute}`, input: { ...order } };
    await world.engine.start(rolloutWorkflows.finishRollback, run);
  }
  return 'is being tidied away';
}

const pushedWithinMs = 30_000;

async function mendStarting(world: World, rollback: Rollback): Promise<string | null> {
  const { id, environmentId, from, to, at, by } = rollback;
  const environment = await environments.get(world.db, environmentId);
  if (!environment || environment.state === 'destroyed')
    return ended(world, rollback, 'the environment is gone');
  if (rollback.deploy === null) {
    // Its controller died before it had asked for the deploy, or is just asking.
    if (world.clock.now().getTime() - at.getTime() < pushedWithinMs) return null;
    const deploy = await deployByHand(world, { environment, deploy: to, by });
    await rollbacks.startsBy(world.db, id, deploy);
    return 'asked for its deploy';
  }
  if (environment.deployId === rollback.deploy) {
    await releases.undo(world.db, [from], rollback.reason);
    return ended(world, rollback, 'the old release serves');
  }
  const deploy = await deploys.get(world.db, rollback.deploy);
  if (environment.deployId !== from) return ended(world, rollback, 'another deploy came after it');
  if (deploy === null || deploy.endedAt === null) return null;
  return ended(
    world,
    rollback,
    `its deploy did not come to serve: ${deploy.reason ?? deploy.state}`,
  );
}

async function ended(world: World, { id }: Rollback, outcome: string): Promise<string> {
  await rollbacks.end(world.db, id, outcome);
  return `has ended: ${outcome}`;
}
