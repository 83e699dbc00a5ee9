import { rm } from 'node:fs/promises';
import { artifactFile } from '../build/build-once.ts';
import { publish } from '../events/publish.ts';
import { apps, type App } from '../git/app.ts';
import { branches } from '../git/branch.ts';
import { pushes } from '../git/push.ts';
import { snapshots } from '../stores/snapshot.ts';
import { condemn } from './destroy.ts';
import { environments } from './tables.ts';
import { dropSnapshot } from './take-snapshot.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

/**
 * Decides that an app goes with everything it has. When it resolves nobody finds the app any more and its
 * environments are on their way out; `finishRemovals` does the rest, across restarts. Repeatable.
 */
export async function removeApp(world: World, app: App, by: string): Promise<void> {
  await apps.leave(world.db, app.id);
  await publish(world.db, {
    kind: 'app-leaving',
    app: app.name,
    text: `${app.name} goes: removed by ${by}`,
  });
  await endWork(world, app, `${app.name} is removed`);
}

/** Goes on with every app that was removed; returns in words which are gone now. Repeatable. */
export async function finishRemovals(world: World): Promise<string[]> {
  const done: string[] = [];
  for (const app of await apps.leaving(world.db)) {
    await endWork(world, app, `${app.name} is removed`);
    if (!(await isAtRest(world, app))) continue;
    await removeRest(world, app);
    await apps.remove(world.db, app.id);
    await publish(world.db, { kind: 'app-removed', app: app.name, text: `${app.name} is gone` });
    done.push(`removed the app ${app.name}`);
  }
  return done;
}

async function endWork(world: World, app: App, why: string): Promise<void> {
  // A branch that has ended stops its pushes at their next step.
  for (const { name, head } of await branches.all(world.db, app.id))
    await branches.gone(world.db, app.id, { name, head, why });
  for (const push of await pushes.list(world.db, { appId: app.id, branch: null, limit: 10_000 })) {
    if (push.endedAt === null)
      await pushes.end(world.db, push, {
        state: 'superseded',
        text: `Stopped: ${why}`,
        reason: why,
      });
  }
  for (const environment of await environments.living(world.db, app.id)) {
    if (environment.state !== 'destroying') await condemn(world, environment, why);
  }
}

/** No environment is left, and nothing runs that could make one. */
async function isAtRest(world: World, app: App): Promise<boolean> {
  if ((await environments.living(world.db, app.id)).length > 0) return false;
  const recent = await upkeep.recentRuns(world.db, app.id);
  for (const { run } of recent) {
    if ((await world.engine.state(run)) === 'running') return false;
  }
  return true;
}

async function removeRest(world: World, app: App): Promise<void> {
  for (const { id } of await snapshots.of(world.db, app.id))
    await dropSnapshot(world, app.name, id);
  await forgetJobs(world, app);
  const artifacts = await upkeep.artifactsOfApp(world.db, app.id);
  for (const { key } of artifacts)
    await rm(artifactFile(world.build.directory, key), { force: true });
  await world.build.cache.removeApp(app.name);
  await world.repositories.remove(app.name);
}

/** Logs of builds and checks are found by their rows, so they go before the rows do. */
async function forgetJobs(world: World, app: App): Promise<void> {
  const jobs = await upkeep.jobsOfApp(world.db, app.id);
  for (const { job } of jobs) {
    await world.runtime.stopJob(job);
    await world.runtime.removeWorkspace(job);
    await world.runtime.forget(job);
  }
}
