import { apiRig, asking } from '../../test/support/api-rig.ts';
import { inMemoryRuntime } from '../../test/fakes/in-memory-runtime.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { sql } from '../db/pool.ts';
import { switchRoute } from '../environments/conclude-deploy.ts';
import type { DeployOrder } from '../environments/deploy-order.ts';
import { environments, instances } from '../environments/environment-rows.ts';
import { names } from '../environments/environment.ts';
import { begin, placementOf, unpack } from '../environments/prepare-deploy.ts';
import { startInstances } from '../environments/start-instances.ts';
import type { World } from '../environments/world.ts';
import type { Route } from '../gateway/route.ts';
import type { Fence } from '../kernel/fence.ts';
import type { Lane } from './lane.ts';
import { Killed, noFlow, notingFlow, type Death, type Noted } from './noting-flow.test-data.ts';
import type { RolloutSettings } from './rollout.ts';
import { rollouts } from './tables.ts';

export const environmentId = 'productionaa';
const host = 'shop.localhost';

export interface LaneRigOptions {
  /** Web instances of the old and the new release. */
  old?: number;
  fresh?: number;
  settings?: Partial<RolloutSettings>;
}

/**
 * A rollout on a real database, in memory otherwise: production with an old release that serves, and a lane for the
 * new one. `failing` jobs (smoke tests) end with exit code 1, by id.
 */
export async function laneRig({ old = 4, fresh = 4, settings = {} }: LaneRigOptions = {}) {
  const scene = await laneScene();
  const { world } = scene;
  const stable = old === 0 ? null : await released(world, orderFor('a', configFor(old)));
  const order = orderFor('b', configFor(fresh));
  const noted = new Map<number, Noted>();
  const stepNames: string[] = [];

  /** A controller that takes the run on where it is: with a new epoch, and what was noted before. */
  async function lane(death: Death | null = null): Promise<Lane> {
    const flow = notingFlow({ id: run, noted, stepNames, death });
    const fence = await world.locks.take(flow, { name: names.lock(environmentId), capacity: 1 });
    const begun = await begin(world, order, { run });
    if ('unwanted' in begun) throw new Error(begun.unwanted);
    const { deploy } = begun;
    const here = { ...usualSettings(), ...settings };
    const row = { id: deploy, environmentId, stableDeploy: stable, settings: here };
    await rollouts.begin(world.db, { ...row, strategy: here.strategy });
    const made = { flow, world, order, fence, deploy, stable, settings: here, inspect: undefined };
    await unpack(made);
    return made;
  }

  return {
    ...scene,
    stepNames,
    stable,
    lane,
    deploy: names.deploy({ run, environmentId }),
    environment: async () => {
      const found = await environments.get(world.db, environmentId);
      if (!found) throw new Error('There is no production.');
      return found;
    },
    instances: () => instances.of(world.db, environmentId),
    /** The lane is nobody's any more, as after the end of a run. */
    letGo: () => world.locks.release(names.lock(environmentId), run),
    /** After letGo: the run has the lane once more. */
    takeAgain: () =>
      world.locks.take({ ...noFlow, id: run }, { name: names.lock(environmentId), capacity: 1 }),
  };
}

const run = 'candidate-b';

/** An app with production and two pushes, and nothing deployed yet. */
async function laneScene() {
  const rig = await apiRig();
  const { db, gateway } = rig.world;
  const failing = new Set<string>();
  const runtime = runtimeWith(failing);
  /** All routes the gateway was ever given, in order. */
  const routes: Route[] = [];
  let appliesLeft = 0;
  const apply: typeof gateway.apply = async (changes, fence) => {
    if (appliesLeft > 0 && --appliesLeft === 0) throw new Killed('before the gateway');
    await gateway.apply(changes, fence);
    routes.push(...changes.flatMap((change) => ('set' in change ? [change.set] : [])));
  };
  const world: World = { ...rig.world, runtime, gateway: { ...gateway, apply } };
  await rig.handlers.addApp({ name: 'shop' }, asking());
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, config)
    select ${environmentId}, id, 'production', 'production', 'main', ${host}, 'creating', '{}' from apps`.execute(
    db,
  );
  await sql`insert into pushes (id, app_id, branch, commit, by, state)
    select 'push-' || letter, id, 'main', repeat(letter, 39), 'ada', 'passed'
    from apps, unnest(array['a', 'b']) as letter`.execute(db);
  return {
    world,
    failing,
    routes,
    /** The controller is killed when it has written its rows and comes to the gateway for the n-th time. */
    dieBeforeGateway: (nth: number) => void (appliesLeft = nth),
    async close() {
      await runtime.endAll();
      await rig.close();
    },
  };
}

const usual = (): Config =>
  loadConfig(
    `app: shop\nservices: { web: { run: a } }\nrollouts: { r: { strategy: cycle, bake: 0s, drain: 0s } }`,
  ).config;

function usualSettings(): RolloutSettings {
  const { r } = usual().rollouts;
  if (!r) throw new Error('The rollout is in the file.');
  return r;
}

const configFor = (count: number): Config => ({
  ...usual(),
  services: {
    web: {
      run: 'sleep 1000',
      // Nothing listens in memory: that it runs has to be health enough.
      health: { kind: 'running' },
      listens: true,
      startMs: 2_000,
      instances: count,
      smoke: 'echo well',
      stopMs: 10,
    },
  },
});

const orderFor = (letter: string, config: Config): DeployOrder => ({
  push: `push-${letter}`,
  appId: 'a',
  app: 'shop',
  branch: 'main',
  main: true,
  environment: environmentId,
  environmentName: 'production',
  candidate: `candidate-${letter}`,
  artifact: `artifact-${letter}`,
  commit: letter.repeat(39),
  config,
  mainBranch: 'main',
  reset: null,
});

export type LaneRig = Awaited<ReturnType<typeof laneRig>>;

function runtimeWith(failing: ReadonlySet<string>) {
  const runtime = inMemoryRuntime();
  return {
    ...runtime,
    ensureJob: (job: Parameters<typeof runtime.ensureJob>[0], fence?: Fence) =>
      runtime.ensureJob(failing.has(job.id) ? { ...job, run: 'echo broken; exit 1' } : job, fence),
  };
}

/** As the workflow deploy leaves it. */
async function released(world: World, order: DeployOrder): Promise<string> {
  const run = 'candidate-a';
  const begun = await begin(world, order, { run });
  if ('unwanted' in begun) throw new Error(begun.unwanted);
  const fence = { scope: names.lock(environmentId), epoch: 0 };
  const site = { flow: noFlow, world, order, fence, deploy: begun.deploy };
  await unpack(site);
  await startInstances(world, await placementOf(site), fence);
  await switchRoute(world, order, { deploy: begun.deploy, fence });
  return begun.deploy;
}
