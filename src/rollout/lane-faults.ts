import { environments, instances } from '../environments/environment-rows.ts';
import type { Environment, ServiceInstance } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { hiddenInstances, rollouts } from './tables.ts';

/**
 * What must never be true of an environment's requests, in words; empty: all is well. Reads rows only, so that it may
 * be asked at any instant, also right after a controller was killed.
 */
export async function laneFaults(
  { db }: Pick<World, 'db'>,
  environmentId: string,
): Promise<string[]> {
  const environment = await environments.get(db, environmentId);
  if (environment?.state !== 'live') return [];
  const all = await instances.of(db, environmentId);
  const hidden = (await hiddenInstances.all(db)).filter(
    (one) => one.environmentId === environmentId,
  );
  const current = await rollouts.current(db, environmentId);
  const faults = shareFaults(environment, all);
  for (const { instanceId, owner } of hidden) {
    if (current?.state !== 'running' || current.id !== owner)
      faults.push(`${instanceId} is hidden for ${owner}, which is not running`);
  }
  const known = new Set(hidden.map(({ instanceId }) => instanceId));
  for (const { id, state } of all) {
    if (state === 'hidden' && !known.has(id)) faults.push(`${id} is hidden, and nobody's`);
    if (state !== 'hidden' && known.has(id)) faults.push(`${id} is ${state}, but noted as hidden`);
  }
  return faults;
}

function shareFaults({ deployId, shares }: Environment, all: readonly ServiceInstance[]): string[] {
  const given = shares ?? [{ deploy: deployId ?? '', weight: 100, draining: false }];
  const sum = given.reduce((total, { weight }) => total + Math.round(weight * 100), 0);
  const faults = sum === 10_000 ? [] : [`the shares add up to ${sum / 100} %`];
  for (const { deploy, weight } of given) {
    const serves = all.some(
      (one) => one.deployId === deploy && one.service === 'web' && one.state === 'serving',
    );
    if (weight > 0 && !serves) faults.push(`${deploy} has ${weight} %, and nobody who serves them`);
  }
  return faults;
}
