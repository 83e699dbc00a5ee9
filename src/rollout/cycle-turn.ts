import { instances } from '../environments/environment-rows.ts';
import type { ServiceInstance } from '../environments/environment.ts';
import { placementOf } from '../environments/prepare-deploy.ts';
import { instanceCount, startInstances, untilHealthy } from '../environments/start-instances.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { leastServing, planCycle, type CycleBatch, type CyclePlan } from './cycle-plan.ts';
import { knownPlacement } from './known-placement.ts';
import type { Lane } from './lane.ts';

/** Old instances whose turn has come. */
export interface Leaving {
  ids: string[];
  /** Nobody of the old release serves after them. */
  isLast: boolean;
}

/** From what serves now and what the new release's file asks for. */
export async function planned(lane: Lane): Promise<CyclePlan> {
  const placement = await placementOf(lane);
  return planCycle({
    old: (await serving(lane)).old.length,
    fresh: instanceCount(placement, 'web'),
    capacityPercent: lane.settings.capacityPercent,
  });
}

/** How many serve of each release, as if these had come or gone already. */
export async function countsOf(
  lane: Lane,
  change: { with?: readonly string[]; without?: readonly string[] },
): Promise<{ old: Count; fresh: Count }> {
  const all = await instances.of(lane.world.db, lane.order.environment);
  const serves = ({ id, service, state }: ServiceInstance): boolean =>
    service === 'web' &&
    (state === 'serving' || (change.with?.includes(id) ?? false)) &&
    !(change.without?.includes(id) ?? false);
  const count = (deploy: string): Count => ({
    deploy,
    serving: all.filter((one) => one.deployId === deploy && serves(one)).length,
  });
  return { old: count(lane.stable ?? ''), fresh: count(lane.deploy) };
}

interface Count {
  deploy: string;
  serving: number;
}

/**
 * Who leaves in this turn: the dead first, then as many as leave enough. What has died is started again before that,
 * and where the new release cannot, it has failed. Repeatable.
 */
export async function chooseLeaving(
  lane: Lane,
  { hide, prove }: CycleBatch,
): Promise<Leaving | { failed: string }> {
  const { old, fresh } = await serving(lane);
  const sick = await revive(lane, fresh);
  if (sick.failed !== null) return { failed: sick.failed };
  const dead = (await revive(lane, old)).ids;
  const alive = old.filter(({ id }) => !dead.includes(id));
  const usual = await usualNumber(lane);
  const least = prove.length > 0 ? leastServing(usual, lane.settings.capacityPercent) : 0;
  const room = Math.max(0, alive.length + fresh.length - least);
  const some = Math.min(Math.max(0, hide - dead.length), room, alive.length);
  const ids = [...dead, ...alive.slice(0, some).map(({ id }) => id)];
  return { ids, isLast: ids.length === old.length };
}

async function serving(lane: Lane): Promise<{ old: ServiceInstance[]; fresh: ServiceInstance[] }> {
  const all = await instances.of(lane.world.db, lane.order.environment);
  const web = all.filter(({ service, state }) => service === 'web' && state === 'serving');
  return {
    old: web.filter(({ deployId }) => deployId === lane.stable),
    fresh: web.filter(({ deployId }) => deployId === lane.deploy),
  };
}

/** Of the old release, before the first one left. */
async function usualNumber({ world, order, stable }: Lane): Promise<number> {
  const all = await instances.of(world.db, order.environment);
  return all.filter(({ deployId, service }) => deployId === stable && service === 'web').length;
}

/** Those that do not run although they are meant to, and cannot be brought to it; and why, in words. */
async function revive(
  lane: Lane,
  all: readonly ServiceInstance[],
): Promise<{ ids: string[]; failed: string | null }> {
  const found = await Promise.all(all.map(({ id }) => lane.world.runtime.instance(id)));
  const down = all.filter((_, at) => found[at]?.state !== 'running');
  let failed: string | null = null;
  const ids: string[] = [];
  for (const one of down) {
    const why = await startAgain(lane, one);
    if (why === null) continue;
    failed ??= `web ${one.ordinal} died while it served: ${why}`;
    ids.push(one.id);
  }
  return { ids, failed };
}

/** null: it runs and is healthy. */
async function startAgain(
  { world, order, fence }: Lane,
  { id, deployId, service, ordinal, attempt }: ServiceInstance,
): Promise<string | null> {
  const of = { environment: order.environment, deploy: deployId };
  const placement = await knownPlacement(world, of);
  const only = { services: [service], ordinals: [ordinal], attempt };
  try {
    await startInstances(world, placement, fence, only);
  } catch (error) {
    // Whoever has overtaken us looks after it.
    if (!(error instanceof SignalboxError) || error.code.endsWith('/fenced')) throw error;
    return error.what;
  }
  const signal = AbortSignal.timeout(longestStartMs);
  const kinds = { only: ['http' as const, 'port' as const, 'running' as const], ids: [id], signal };
  const health = await untilHealthy(world, placement, kinds);
  return health.healthy ? null : health.why;
}

/** Its own time to start ends the waiting long before. */
const longestStartMs = 3_600_000;
