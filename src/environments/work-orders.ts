import { join } from 'node:path';
import { cacheKey } from '../build/artifact.ts';
import type { BuildOrder } from '../build/build-once.ts';
import type { CheckOrder } from '../checks/run-checks.ts';
import type { Plan } from './plan-push.ts';
import { commitVariables } from './variables.ts';
import type { World } from './world.ts';

/** The commit's files as a tar, made when first needed. */
async function source(world: World, { app, commit }: Plan): Promise<string> {
  const file = join(world.sources, `${app}-${commit}.tar`);
  await world.repositories.archive(app, commit, file);
  return file;
}

/** What the build of a push is to do. Reads only; the same for the same push. */
export async function buildOrder(world: World, plan: Plan): Promise<BuildOrder> {
  const { appId, app, commit, tree, config } = plan;
  return {
    key: plan.artifact,
    appId,
    app,
    commit,
    tree,
    build: config.build,
    source: await source(world, plan),
    cache: await cacheEntry(world, plan),
    cacheFrom: plan.ownCache ? 'branch and main' : 'main',
    variables: commitVariables(plan),
  };
}

/** What a build of this commit restores and puts away; null: its file asks for none. */
export async function cacheEntry(
  world: World,
  plan: Pick<Plan, 'app' | 'branch' | 'mainBranch' | 'commit' | 'config'>,
): Promise<BuildOrder['cache']> {
  const { app, branch, mainBranch, commit, config } = plan;
  const { cache } = config.build;
  if (!cache) return null;
  const keyFiles = await world.repositories.blobs(app, commit, cache.key);
  return { app, branch, mainBranch, key: cacheKey(cache.paths, keyFiles) };
}

/** What the checks of a push are to do. */
export async function checkOrder(world: World, plan: Plan): Promise<CheckOrder> {
  const { appId, app, commit, push, config } = plan;
  const entry = await cacheEntry(world, plan);
  const cached = entry && (await world.build.cache.find(entry));
  const files = await source(world, plan);
  return {
    appId,
    app,
    commit,
    push,
    checks: config.checks,
    archives: cached ? [files, cached] : [files],
    variables: commitVariables(plan),
  };
}
