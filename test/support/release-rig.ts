import { loadConfig } from '../../src/config/load.ts';
import { sql } from '../../src/db/pool.ts';
import { findEnvironment } from '../../src/environments/find-environment.ts';
import { names, type Environment } from '../../src/environments/environment.ts';
import { finishRollback } from '../../src/rollout/finish-rollback.ts';
import { rollBack, type RollBackOrder, type RolledBack } from '../../src/rollout/roll-back.ts';
import { rollbacks } from '../../src/rollout/rollback-tables.ts';
import { runOfRollback } from '../../src/rollout/rollout-workflows.ts';
import { routeAgain } from '../../src/rollout/route-again.ts';
import type { World } from '../../src/environments/world.ts';
import type { Flow } from '../../src/workflow/workflow.ts';
import { inMemoryRuntime, type InMemoryRuntime } from '../fakes/in-memory-runtime.ts';
import { apiRig, git, sourceRepository, asking, type ApiRig } from './api-rig.ts';

const yaml = `app: shop
services:
  web: { run: sleep 3600, instances: 2 }
  worker: { run: sleep 3600 }
`;

/** Production of the app `shop` with releases that a test puts there as the workflows leave them. */
export interface ReleaseRig {
  rig: ApiRig;
  world: World & { runtime: InMemoryRuntime };
  /** Commits on main, oldest first. */
  commits: string[];
  environment(): Promise<Environment>;
  /** A deploy of this number, of the commit with this number, whose instances run in this state; null: none do. */
  release(of: {
    number: number;
    state: 'running' | 'live' | 'replaced' | 'failed';
    instances: 'serving' | 'warm' | 'hidden' | null;
    released?: boolean;
  }): Promise<string>;
  /** The release of this number serves. */
  serves(number: number): Promise<void>;
  /** A rollout of the release to production. */
  rollout(of: {
    number: number;
    stable: number | null;
    state: 'running' | 'promoted';
  }): Promise<void>;
  /** Instances that are not stopped, as `number service-ordinal state`. */
  living(): Promise<string[]>;
  /** Deploy → instances in the gateway's route and their state. */
  routed(): Promise<string[]>;
  /** As ada, because checkout is broken. */
  rollBack(more?: Partial<RollBackOrder>): Promise<RolledBack>;
  /** What the run that was started for the open rollback does. */
  finish(): Promise<void>;
  flow(id: string): Flow;
  close(): Promise<void>;
}

const id = 'production00';

export const deployId = (number: number): string => `d${number}`.padEnd(14, '0');

export async function releaseRig(): Promise<ReleaseRig> {
  const rig = await apiRig();
  const runtime = inMemoryRuntime();
  const world = { ...rig.world, runtime };
  const commits = await pushedCommits(rig);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, config)
    select ${id}, id, 'production', 'production', 'main', 'shop.localhost', 'live', ${config}::jsonb
    from apps where name = 'shop'`.execute(world.db);
  const environment = () => findEnvironment(world.db, id);
  return {
    rig,
    world,
    commits,
    environment,
    ...making(world, commits),
    ...looking(world),
    rollBack: async (more = {}) =>
      rollBack(world, {
        environment: await environment(),
        by: 'ada',
        reason: 'checkout is broken',
        ...more,
      }),
    async finish() {
      const [open] = await rollbacks.allOpen(world.db);
      if (!open) throw new Error('Nothing is to be tidied away.');
      const order = { rollback: open.id, environment: open.environmentId };
      await finishRollback(flow(runOfRollback(open.id)), world, order);
    },
    flow,
    async close() {
      await runtime.endAll();
      await rig.close();
    },
  };
}

/** Every step is done at once and never again. */
const flow = (run: string): Flow => ({
  id: run,
  step: (_name, act) => act(),
  sleepUntil: async () => undefined,
  waitFor: async () => 'timed-out',
});

const config = JSON.stringify(loadConfig(yaml).config);

async function pushedCommits(rig: ApiRig): Promise<string[]> {
  const { path, head } = await sourceRepository(rig);
  const commits = [head];
  for (let number = 2; number <= 5; number += 1) {
    await git(path, 'commit', '-q', '--allow-empty', '-m', `commit ${number}`);
    commits.push(await git(path, 'rev-parse', 'HEAD'));
  }
  await rig.handlers.addApp({ name: 'shop' }, asking());
  const bare = rig.world.repositories.path('shop');
  await git(bare, 'fetch', '-q', path, '+refs/heads/main:refs/heads/main');
  return commits;
}

function making(
  world: ReleaseRig['world'],
  commits: readonly string[],
): Pick<ReleaseRig, 'release' | 'serves' | 'rollout'> {
  const { db } = world;
  return {
    async release({ number, state, instances, released }) {
      const commit = commits[number - 1];
      const isReleased = released ?? (state !== 'failed' && state !== 'running');
      await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state, released_at)
        values (${deployId(number)}, ${id}, ${number}, 'a1', ${commit}, ${config}::jsonb, ${state},
          ${isReleased ? new Date() : null})`.execute(db);
      if (instances) await startAll(world, number, instances);
      return deployId(number);
    },
    async serves(number) {
      await sql`update environments set deploy_id = ${deployId(number)} where id = ${id}`.execute(
        db,
      );
      await routeAgain(world, id);
    },
    async rollout({ number, stable, state }) {
      const { rollouts } = loadConfig(
        `${yaml}rollouts: { careful: { strategy: canary } }\n`,
      ).config;
      const settings = JSON.stringify(rollouts['careful']);
      const from = stable === null ? null : deployId(stable);
      await sql`insert into rollouts (id, environment_id, stable_deploy, strategy, settings, state)
        values (${deployId(number)}, ${id}, ${from}, 'canary', ${settings}::jsonb, ${state})`.execute(
        db,
      );
    },
  };
}

const everyInstance = [
  ['web', 1],
  ['web', 2],
  ['worker', 1],
] as const;

/** Of what does not serve, the worker has ended. */
async function startAll(world: ReleaseRig['world'], number: number, state: string): Promise<void> {
  const deploy = deployId(number);
  const common = { owner: `environment:${id}`, isolation: 'x', workspace: `deploy-${deploy}` };
  await world.runtime.ensureWorkspace({ ...common, id: common.workspace, archives: [] });
  for (const [service, ordinal] of everyInstance) {
    const instance = names.instance({ deployId: deploy, service, ordinal });
    const runs = service === 'web' || state === 'serving';
    const rest = { run: 'sleep 3600', variables: {}, listens: service === 'web', stopMs: 1000 };
    const started = runs
      ? await world.runtime.ensureInstance({ ...common, ...rest, id: instance })
      : null;
    await sql`insert into instances (id, environment_id, deploy_id, service, ordinal, state, host, port)
      values (${instance}, ${id}, ${deploy}, ${service}, ${ordinal}, ${runs ? state : 'stopped'}, '127.0.0.1',
        ${started?.address?.port ?? null})`.execute(world.db);
  }
}

function looking({ db, gateway }: ReleaseRig['world']): Pick<ReleaseRig, 'living' | 'routed'> {
  return {
    async living() {
      const { rows } = await sql<{ line: string }>`
        select d.number || ' ' || service || '-' || ordinal || ' ' || i.state as line
        from instances i join deploys d on d.id = i.deploy_id where i.state <> 'stopped'
        order by d.number, service, ordinal`.execute(db);
      return rows.map(({ line }) => line);
    },
    async routed() {
      const [route] = await gateway.routes();
      if (route?.target.kind !== 'versions') return [];
      return route.target.versions.flatMap(({ version, weight, instances: all }) =>
        all.map(({ instance, state }) => `${version} ${weight} ${instance.slice(-5)} ${state}`),
      );
    },
  };
}
