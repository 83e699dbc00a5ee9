import { deploys, environments, instances } from '../environments/environment-rows.ts';
import { names, type ServiceInstance } from '../environments/environment.ts';
import { stopInstances } from '../environments/start-instances.ts';
import type { World } from '../environments/world.ts';
import { publish } from '../events/publish.ts';
import type { Fence } from '../kernel/fence.ts';
import type { Flow } from '../workflow/workflow.ts';
import { releases, rollbacks } from './rollback-tables.ts';
import type { FinishOrder } from './rollout-workflows.ts';
import { routeAgain } from './route-again.ts';
import { serveStarted, startMissing, type Started } from './start-missing.ts';
import { rollouts } from './tables.ts';

/**
 * After the route has changed: what is missing of the old release runs again, and what the bad one had started is
 * drained and gone. Waits for the lane, which whoever had it lets go of as soon as it is refused something.
 */
export async function finishRollback(flow: Flow, world: World, order: FinishOrder): Promise<void> {
  await flow.step('set the route of the old release again', () =>
    routeAgain(world, order.environment),
  );
  const lock = { name: names.lock(order.environment), capacity: 1 };
  const fence = await world.locks.take(flow, lock);
  const tidying: Tidying = { ...order, world, fence };
  try {
    const started = await tidy(flow, tidying, 'start what the old release lacks', startLacking);
    const trouble = await tidy(flow, tidying, 'see that the old release is whole', (to) =>
      serveLacking(tidying, to, started),
    );
    await tidy(flow, tidying, 'drain what the bad release still answers', drainLeaving);
    await tidy(flow, tidying, 'stop the bad release', stopLeaving);
    await tidy(flow, tidying, 'write down that it is rolled back', () =>
      conclude(tidying, trouble),
    );
  } finally {
    await flow.step('let the next one into the lane', () =>
      world.locks.release(lock.name, flow.id),
    );
  }
}

/** What every step needs. */
interface Tidying extends FinishOrder {
  world: World;
  fence: Fence;
}

type Act<T> = (to: Tidying & { to: string }) => Promise<T>;

/** null: another rollback has come after this one, and tidies for both. */
function tidy<T>(flow: Flow, tidying: Tidying, name: string, act: Act<T>): Promise<T | null> {
  return flow.step(name, async () => {
    const rollback = await rollbacks.get(tidying.world.db, tidying.rollback);
    if (!rollback || rollback.endedAt !== null) return null;
    return act({ ...tidying, to: rollback.to });
  });
}

const startLacking: Act<Started> = ({ world, fence, environment, to }) =>
  startMissing(world, { environment, deploy: to }, fence);

async function serveLacking(
  { world, fence, environment }: Tidying,
  { to }: { to: string },
  started: Started | null,
): Promise<string | null> {
  if (started === null || started.trouble !== null) return started?.trouble ?? null;
  return serveStarted(world, { environment, deploy: to, ids: started.ids }, fence);
}

/** All that runs beside the release that serves, but for releases that are kept warm. */
async function leavingOf(
  world: World,
  environment: string,
  to: string,
): Promise<ServiceInstance[]> {
  const all = await instances.of(world.db, environment);
  return all.filter(({ deployId, state }) => deployId !== to && state !== 'warm');
}

/** Open requests and WebSockets of the bad release may go on for so long. */
const drainMs = 30_000;

const drainLeaving: Act<void> = async ({ world, fence, environment, to }) => {
  const leaving = await leavingOf(world, environment, to);
  const [web, others] = [
    leaving.filter(({ service }) => service === 'web'),
    leaving.filter(({ service }) => service !== 'web'),
  ];
  // They take no requests, and nothing they do is wanted any more.
  await stopInstances(world, others, fence);
  await world.gateway.drain(
    web.map(({ id }) => id),
    { limitMs: drainMs },
  );
};

const stopLeaving: Act<void> = async ({ world, fence, environment, to, rollback }) => {
  const leaving = await leavingOf(world, environment, to);
  await stopInstances(world, leaving, fence);
  const from = (await rollbacks.get(world.db, rollback))?.from ?? '';
  const gone = new Set([from, ...leaving.map(({ deployId }) => deployId)]);
  for (const deploy of gone) await removeGrounds(world, deploy);
};

async function removeGrounds(world: World, deploy: string): Promise<void> {
  const attempts = (await releases.latestAttempts(world.db, deploy)).map(({ attempt }) => attempt);
  for (let attempt = Math.max(1, ...attempts); attempt > 0; attempt -= 1)
    await world.runtime.removeWorkspace(names.ground(deploy, attempt));
}

async function conclude(
  { world, rollback: id, environment }: Tidying,
  trouble: string | null,
): Promise<void> {
  const rollback = await rollbacks.get(world.db, id);
  const to = rollback && (await deploys.get(world.db, rollback.to));
  const open = await rollouts.current(world.db, environment);
  if (open?.state === 'rolling-back') {
    const { decision, decidedBy } = open;
    const from = ['rolling-back'] as const;
    await rollouts.move(world.db, open.id, { state: 'rolled-back', from, decision, decidedBy });
  }
  const outcome = trouble ?? 'the old release is whole, and nothing of the bad one is left';
  await rollbacks.end(world.db, id, outcome);
  const text = `Deploy ${to?.number ?? ''} serves again: ${outcome}`;
  const app = (await environments.get(world.db, environment))?.app ?? null;
  const data = { rollback: id };
  await publish(world.db, { kind: 'rollback-finished', app, environment, text, data });
}
