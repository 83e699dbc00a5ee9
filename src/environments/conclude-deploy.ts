import { inTransaction } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import type { Route, Upstream } from '../gateway/route.ts';
import type { Fence } from '../kernel/fence.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import type { DeployOrder, DeployOutcome, Obstacle } from './deploy-order.ts';
import {
  environmentUrl,
  type Environment,
  type ServiceInstance,
  type Share,
} from './environment.ts';
import { withoutSecrets } from './secret.ts';
import { deploys, environments, instances } from './tables.ts';
import { secretsOf } from './variables.ts';
import type { World } from './world.ts';

/**
 * The new deploy serves: rows first, then the gateway, so that whoever comes after a crash sees what was
 * meant. Returns the URL, or null when the environment is being destroyed. Repeatable.
 */
export async function switchRoute(
  world: World,
  order: DeployOrder,
  { deploy, fence }: { deploy: string; fence: Fence },
): Promise<string | null> {
  const environment = await environments.get(world.db, order.environment);
  if (!environment) return null;
  const url = environmentUrl(environment.host, await world.gateway.entrance());
  const serves = await inTransaction(world.db, async (tx) => {
    const { config } = order;
    // A controller that was stopped right here wakes when newer deploys serve.
    await refuseOvertaken(tx, fence);
    if (!(await environments.serve(tx, environment.id, { deployId: deploy, config }))) return false;
    await deploys.live(tx, deploy, environment.id);
    const mine = (await instances.of(tx, environment.id)).filter(
      ({ deployId }) => deployId === deploy,
    );
    await instances.move(
      tx,
      mine.map(({ id }) => id),
      'serving',
    );
    return true;
  });
  if (!serves) return null;
  const all = await instances.of(world.db, environment.id);
  const served = { ...environment, shares: null };
  await world.gateway.apply([{ set: routeFor(served, { deploy, instances: all }) }], fence);
  return url;
}

/** What the gateway must know of an environment, from its rows alone: the shares, or all for the deploy that serves. */
export function routeFor(
  { id, host, name, shares }: Pick<Environment, 'id' | 'host' | 'name' | 'shares'>,
  serving: { deploy: string; instances: readonly ServiceInstance[] },
): Route {
  const whole: Share = { deploy: serving.deploy, weight: 100, draining: false };
  const versions = (shares ?? [whole]).map(({ deploy, weight, draining }) => ({
    version: deploy,
    weight,
    draining,
    instances: upstreamsOf(deploy, serving.instances),
  }));
  const text = `${name} has no service called web.`;
  return {
    host,
    path: '/',
    environment: id,
    service: 'web',
    target: versions.some(({ instances: all }) => all.length > 0)
      ? { kind: 'versions', versions, sticky: 'version', health: null, mirror: null }
      : { kind: 'page', page: { status: 503, title: 'Nothing to show', text, html: null } },
  };
}

/** In a fixed order, so that routes can be compared. */
function upstreamsOf(deploy: string, all: readonly ServiceInstance[]): Upstream[] {
  return all
    .filter(({ deployId, service }) => deployId === deploy && service === 'web')
    .toSorted((one, other) => one.ordinal - other.ordinal || one.attempt - other.attempt)
    .flatMap(({ id: instance, host, port, state }) =>
      host && port && (state === 'serving' || state === 'hidden' || state === 'draining')
        ? [{ instance, host, port, state }]
        : [],
    );
}

/** Writes down why a deploy ended without serving, for the row, the environment and the person. Repeatable. */
export async function endDeploy(
  world: World,
  order: DeployOrder,
  { deploy, obstacle }: { deploy: string; obstacle: Obstacle },
): Promise<DeployOutcome & { outcome: 'failed' | 'not wanted any more' }> {
  if ('unwanted' in obstacle) {
    const reason = obstacle.unwanted;
    await deploys.end(world.db, deploy, { state: 'superseded', reason, logTail: null });
    return { outcome: 'not wanted any more', reason };
  }
  const environment = await environments.get(world.db, order.environment);
  const secret = environment ? await secretsOf(world, environment) : {};
  const logTail = withoutSecrets(obstacle.logTail, secret);
  const reason = withoutSecrets(obstacle.failed, secret);
  await deploys.end(world.db, deploy, { state: 'failed', reason, logTail });
  const commit = order.commit.slice(0, 7);
  if (environment?.deployId) {
    await environments.explain(
      world.db,
      order.environment,
      `still on the deploy before: ${commit} failed: ${reason}`,
    );
  } else {
    await environments.move(world.db, order.environment, {
      state: 'failed',
      from: ['creating', 'failed'],
      reason,
    });
  }
  return { outcome: 'failed', reason, logTail, fix: obstacle.fix };
}

/** Tells onlookers about this deploy. */
export async function announce(
  world: World,
  order: Pick<DeployOrder, 'app' | 'push' | 'environment'>,
  said: { kind: string; text: string; data?: Record<string, unknown> },
): Promise<void> {
  const { app, push, environment } = order;
  await publish(world.db, { ...said, app, push, environment });
}
