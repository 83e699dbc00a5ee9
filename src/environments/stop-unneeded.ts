import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stopChecks } from '../checks/run-checks.ts';
import { builds } from '../build/artifact.ts';
import { abandonBuild } from '../build/build-once.ts';
import type { Plan } from './plan-push.ts';
import { wishes } from './push-tables.ts';
import type { World } from './world.ts';
import { checkOrder } from './work-orders.ts';

/**
 * After a push has ended: its build and checks are stopped unless another push waits for the same, and its
 * packed commit is removed. Repeatable.
 */
export async function stopUnneeded(world: World, plan: Plan): Promise<void> {
  const others = await wishes.otherCommits(world.db, plan);
  const commits = new Set(others.map(({ commit }) => commit));
  if (!commits.has(plan.commit)) {
    await stopChecks(world.checks, await checkOrder(world, plan));
    await rm(join(world.sources, `${plan.app}-${plan.commit}.tar`), { force: true });
  }
  await stopBuild(world, plan, commits);
}

async function stopBuild(world: World, plan: Plan, commits: ReadonlySet<string>): Promise<void> {
  const build = await builds.get(world.db, plan.artifact);
  if (build?.state !== 'running') return;
  for (const commit of commits) {
    const tree = await world.repositories.tree(plan.app, commit).catch(() => null);
    if (tree === plan.tree) return;
  }
  await abandonBuild(world.build, build);
}
