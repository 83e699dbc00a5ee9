import type { DeployOrder } from '../environments/deploy-order.ts';
import { deploys, environments } from '../environments/environment-rows.ts';
import type { ByHandHooks } from '../environments/follow-push.ts';
import type { World } from '../environments/world.ts';
import { rollbacks } from '../rollout/rollback-tables.ts';
import { admitMigrations } from './admit-migrations.ts';
import { shutLane } from './shut-lane.ts';

/**
 * What a deploy that somebody asks for has to pass as a candidate has: the lane's locks, and the judge of its
 * migrations. Previews have no lane, and what their migrations do harms nobody else.
 */
export const byHandHooks =
  (world: World): ByHandHooks =>
  (order) =>
    order.environmentName.startsWith('preview/')
      ? {}
      : { whyNot: () => whyLocked(world, order), admit: admitMigrations };

/** Why it may not go past the locks of its lane; null: it may. What serves may be started anew. Reads only. */
async function whyLocked(world: World, order: DeployOrder): Promise<string | null> {
  const { app, commit, environment, environmentName: name } = order;
  const lock = await shutLane(world, { environment, app, commit });
  if (lock === null || (await serves(world, order)) || (await isRolledBackTo(world, order)))
    return null;
  const { commit: bad, reason, by } = lock;
  const until = bad === null ? '' : `${bad.slice(0, 7)} is reverted or `;
  return `${name} is locked by ${by}: ${reason}, until ${until}the lock is lifted: signalbox lane ${app}/${name} lift --reason "…"`;
}

async function serves({ db }: World, { environment, commit }: DeployOrder): Promise<boolean> {
  const serving = (await environments.get(db, environment))?.deployId;
  return serving != null && (await deploys.get(db, serving))?.commit === commit;
}

/** The way back locks the lane first, and then deploys what does not run any more. */
async function isRolledBackTo(
  { db }: World,
  { environment, commit }: DeployOrder,
): Promise<boolean> {
  const [latest] = await rollbacks.of(db, environment, 1);
  if (latest?.kind !== 'starting again' || latest.endedAt !== null) return false;
  return (await deploys.get(db, latest.to))?.commit === commit;
}
