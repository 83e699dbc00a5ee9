import { inTransaction } from '../db/pool.ts';
import { deployByHand } from '../environments/deploy-by-hand.ts';
import { deploys, environments, instances } from '../environments/environment-rows.ts';
import type { Deploy, Environment, ServiceInstance } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { lockLaneOf } from './lane-lock.ts';
import { rollbacks, type Rollback } from './rollback-tables.ts';
import { schemaWords } from './schema-words.ts';
import { isWeb, refuseMoved, tellTurned, turnBack, unlessMovedOn } from './turn-back.ts';
import { findWayBack, type OpenWay, type Wanted } from './way-back.ts';

export interface RollBackOrder extends Wanted {
  environment: Pick<Environment, 'id'>;
  /** Who wants it: a person, the judge, the rollout. */
  by: string;
  reason: string;
}

export interface RolledBack {
  /** At once: the old release still ran and has all requests. Starting again: it is being deployed from its artifact. */
  kind: 'at once' | 'starting again';
  from: Deploy;
  to: Deploy;
  /** In words: whether the old release knows the schema it meets. */
  compatible: string;
  /** The one that starts it again; null: none is needed. */
  deploy: string | null;
}

/**
 * The old release has all requests when it resolves with `at once`; what the bad one left is then tidied away by a
 * run of its own. Whoever had the lane is refused from then on, and no candidate is released into it until somebody
 * lifts the lock. A release that does not run any more is deployed again. Repeatable while it is being tidied, and
 * always with `from` or `to`. Refuses with `rollback/…`.
 */
export async function rollBack(world: World, order: RollBackOrder): Promise<RolledBack> {
  // Rows that have changed since they were read make another plan.
  for (let left = mostPlans; left > 0; left -= 1) {
    const way = await findWayBack(world, order.environment.id, order);
    if (way.kind === 'done before') return recalled(world, way.rollback);
    const done = await goBack(world, way, order);
    if (done) return withSchemaWords(world, way, done);
  }
  throw new Error(`${order.environment.id} changes too quickly to be rolled back.`);
}

const mostPlans = 20;

type Done = Pick<RolledBack, 'kind' | 'deploy'>;

/** null: it takes another plan. */
async function goBack(world: World, way: OpenWay, order: RollBackOrder): Promise<Done | null> {
  const { by, reason, environment } = order;
  const { rollout, to } = way;
  const stable = rollout?.state === 'running' ? rollout.stableDeploy : null;
  const [running, config] = await Promise.all([
    runningOf(world, way),
    deploys.config(world.db, to.id),
  ]);
  if (!config) throw new Error(`Deploy ${to.id} has no configuration.`);
  // What serves beside a rollout is not deployed again: where it has died, it is started as it was.
  if (running.some(isWeb) || stable === to.id) {
    const isTurned = await turnBack(world, { way, by, reason, running, config });
    return isTurned ? { kind: 'at once', deploy: null } : null;
  }
  // What a stage runs is what its candidates brought: nobody deploys there by hand.
  if (way.environment.kind === 'stage') throw notKept(way);
  // The requests go back to what runs first; the rest of the way is one of its own.
  if (stable !== null) {
    await rollBack(world, { environment, by, reason, force: order.force, to: stable });
    return null;
  }
  return startAgain(world, way, order);
}

/** Copies of the old release that run. */
async function runningOf(world: World, { environment, to }: OpenWay): Promise<ServiceInstance[]> {
  const all = await instances.of(world.db, environment.id);
  const theirs = all.filter(({ deployId, state }) => deployId === to.id && state !== 'starting');
  const found = await Promise.all(theirs.map(({ id }) => world.runtime.instance(id)));
  return theirs.filter((_, at) => found[at]?.state === 'running');
}

/** Nothing of the old release runs: it is deployed as it was, and the bad one serves until it is there. */
async function startAgain(world: World, way: OpenWay, order: RollBackOrder): Promise<Done | null> {
  const { environment, from, to } = way;
  const { by, reason } = order;
  const id = newId();
  const said = { id, environmentId: environment.id, from: from.id, to: to.id, reason, by };
  const begun = await inTransaction(world.db, async (tx) => {
    await refuseMoved(tx, way);
    await rollbacks.endOpen(tx, environment.id, 'another rollback came after it');
    await rollbacks.begin(tx, { ...said, kind: 'starting again' });
    await lockLaneOf(tx, environment, { commit: from.commit, reason, by });
    await tellTurned(tx, { way, by, reason, atOnce: false });
    return true;
  }).catch(unlessMovedOn);
  if (begun === null) return null;
  const deploy = await deployByHand(world, { environment, deploy: to.id, by }).catch(
    async (error: unknown) => {
      // Refused today, it would be refused whenever it is tried again.
      if (error instanceof SignalboxError) await rollbacks.end(world.db, id, error.what);
      throw error;
    },
  );
  await rollbacks.startsBy(world.db, id, deploy);
  return { kind: 'starting again', deploy };
}

const notKept = ({ environment: { app, name }, to }: OpenWay): SignalboxError =>
  new SignalboxError({
    code: 'rollback/not-kept',
    what: `${app}/${name} was not rolled back: deploy ${to.number} (${to.commit.slice(0, 7)}) does not run any more.`,
    why: 'It belongs to a stage of the pipeline: what it runs is what its candidate brought, and nothing is deployed there by hand.',
    fix: [
      'Mend it, or take the bad commit back, and push: signalbox revert COMMIT',
      `Until then: signalbox lane ${name} lock --reason "…"`,
    ],
  });

async function withSchemaWords(
  world: World,
  { environment, from, to }: Pick<OpenWay, 'environment' | 'from' | 'to'>,
  done: Done,
): Promise<RolledBack> {
  // The route has changed already: a schema that cannot be read must not look like a failed rollback.
  const compatible = await schemaWords(world, environment, to).catch(
    () => 'it could not be found out which migrations the old release knows',
  );
  return { ...done, from, to, compatible };
}

async function recalled(world: World, rollback: Rollback): Promise<RolledBack> {
  const { environmentId, kind, deploy } = rollback;
  const environment = await environments.get(world.db, environmentId);
  const from = await deploys.get(world.db, rollback.from);
  const to = await deploys.get(world.db, rollback.to);
  if (!environment || !from || !to) throw new Error(`Rollback ${rollback.id} lost its deploys.`);
  return withSchemaWords(world, { environment, from, to }, { kind, deploy });
}
