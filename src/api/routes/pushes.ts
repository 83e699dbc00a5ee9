import { artifactKey, builds } from '../../build/artifact.ts';
import { checks } from '../../checks/check.ts';
import type { Database } from '../../db/pool.ts';
import { followPushLines, unknownPush } from '../../environments/follow-lines.ts';
import { findApp } from '../../git/app.ts';
import { pushes, readConfig, type Push } from '../../git/push.ts';
import type { Output } from '../contract/all.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listPushes' | 'getPush' | 'followPush';

const usualLimit = 30;
const mostLimit = 1000;

export function pushHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async listPushes({ app, branch = null, limit = usualLimit }) {
      const appId = app === undefined ? null : (await findApp(world.db, app)).id;
      const found = await pushes.list(world.db, {
        appId,
        branch,
        limit: Math.min(limit, mostLimit),
      });
      return { pushes: found.map(shown) };
    },

    async getPush({ push: id }) {
      const push = await findPush(world.db, id);
      const results = await checks.of(world.db, push.appId, push.commit);
      const shownChecks = results.map(({ name, state, exitCode, startedAt, endedAt, logTail }) => ({
        name,
        state,
        exitCode,
        startedAt,
        endedAt,
        logTail,
      }));
      return { ...shown(push), checks: shownChecks, build: await buildOf(world, push) };
    },

    async followPush({ push: id }, { after, signal }) {
      await findPush(world.db, id);
      return followPushLines(world, id, { after, signal });
    },
  };
}

async function findPush(db: Database, id: string): Promise<Push> {
  const push = await pushes.get(db, id);
  if (!push) throw unknownPush(id);
  return push;
}

function shown(push: Push): Output<'listPushes'>['pushes'][number] {
  const { id, app, branch, commit, by, at, state, reason, fix, url, endedAt } = push;
  return { id, app, branch, commit, by, at, state, reason, fix, url, endedAt };
}

/** Found by what goes into it; null: the file cannot be read, or nothing was built. */
async function buildOf(world: ApiWorld, push: Push): Promise<Output<'getPush'>['build']> {
  const { app, commit } = push;
  try {
    const { config } = await readConfig(world.repositories, { app: { name: app }, commit });
    const tree = await world.repositories.tree(app, commit);
    const of = { app, tree, build: config.build };
    const build =
      (await builds.get(world.db, artifactKey({ ...of, cacheOf: push.branch }))) ??
      (await builds.get(world.db, artifactKey({ ...of, cacheOf: null })));
    if (!build) return null;
    const { key, state, reason, startedAt, endedAt } = build;
    return { key, state, reason, startedAt, endedAt };
  } catch {
    return null;
  }
}
