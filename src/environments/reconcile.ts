import { inTransaction } from '../db/pool.ts';
import { apps, type App } from '../git/app.ts';
import { isRewritten, pushes, recordMove } from '../git/push.ts';
import { compareBranches, endPreviews } from './branch-ends.ts';
import { mendEnvironments } from './mend-environments.ts';
import { mendLeftovers } from './mend-leftovers.ts';
import { finishRemovals } from './remove-app.ts';
import { endPush } from './report-push.ts';
import { workflows, type World } from './world.ts';

/** The run that follows a push; the same for whoever starts it. */
export const runOf = (push: string): string => `push-${push}`;

/** Repeatable: the push is followed once. */
export async function startFollowing(world: World, push: string): Promise<void> {
  await world.engine.start(workflows.followPush, { id: runOf(push), input: { push } });
}

/**
 * Compares what is wanted with what is, everywhere, and mends the difference: lost events, half-made
 * environments, dead processes, leftovers. Safe at any time and as often as one likes. Returns what it
 * mended, in words.
 */
export async function reconcile(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const step of [mendPushes, mendBranches, mendEnvironments, mendLeftovers, finishRemovals]) {
    try {
      mended.push(...(await step(world)));
    } catch (error) {
      // What is wrong in one place must not keep the others from being mended.
      mended.push(
        `could not ${step.name}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  for (const line of mended) world.log(`reconcile: ${line}`);
  return mended;
}

/** Every open push has a run that follows it; one whose run broke says so. */
async function mendPushes(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const { id, app, branch } of await pushes.unfinished(world.db)) {
    const state = await world.engine.state(runOf(id));
    if (state === 'running') continue;
    if (state === 'absent') {
      await startFollowing(world, id);
      mended.push(`followed a push to ${app} ${branch} that nobody followed`);
      continue;
    }
    const reason = 'Signalbox itself failed while it followed this push';
    await endPush(world, id, {
      state: 'failed',
      reason,
      fix: ['Push again; signalbox status shows what is wrong.'],
    });
    mended.push(`ended a push to ${app} ${branch} whose run broke`);
  }
  return mended;
}

async function mendBranches(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const app of await apps.all(world.db)) {
    for (const move of await compareBranches(world, app)) {
      if (await followMove(world, app, move))
        mended.push(`noticed ${app.name} ${move.branch} at ${move.commit.slice(0, 7)}`);
    }
    await endPreviews(world, app);
  }
  return mended;
}

/** A branch that moved without anybody telling us. */
async function followMove(
  world: World,
  app: App,
  move: { branch: string; before: string | null; commit: string },
): Promise<boolean> {
  const rewritten = await isRewritten(world.repositories, app, move);
  // It may have moved on, or be gone, since we compared.
  if ((await world.repositories.head(app.name, move.branch)) !== move.commit) return false;
  const push = await inTransaction(world.db, (tx) =>
    recordMove(tx, { app, by: 'reconciler', rewritten, ...move, onlyFromBefore: true }),
  );
  if (push) await startFollowing(world, push.id);
  return push !== null;
}
