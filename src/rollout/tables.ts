import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Rollout, RolloutOrder, RolloutStep, RolloutTick } from './rollout.ts';

const columns =
  sql.raw(`id, environment_id as "environmentId", stable_deploy as "stableDeploy", strategy, settings,
  state, phase, step, weight::float as weight, paused_by as "pausedBy", pause_reason as "pauseReason",
  cut_points as "cutPoints", decision, decided_by as "decidedBy", started_at as "startedAt", ended_at as "endedAt"`);

const stepColumns =
  sql.raw(`step, weight::float as weight, can_see as "canSee", began_at as "beganAt",
  ended_at as "endedAt", outcome, why`);

export const rollouts = {
  /** The one that is there stays as it is. */
  begin: (
    db: Queryable,
    rollout: Pick<Rollout, 'id' | 'environmentId' | 'stableDeploy' | 'strategy' | 'settings'>,
  ) =>
    changed(
      db,
      sql`insert into rollouts (id, environment_id, stable_deploy, strategy, settings, state)
          values (${rollout.id}, ${rollout.environmentId}, ${rollout.stableDeploy}, ${rollout.strategy},
            ${JSON.stringify(rollout.settings)}::jsonb, 'running')
          on conflict (id) do nothing`,
    ),
  get: (db: Queryable, id: string) =>
    row<Rollout>(db, sql`select ${columns} from rollouts where id = ${id}`),
  /** Newest first. */
  of: (db: Queryable, environmentId: string, limit: number) =>
    rows<Rollout>(
      db,
      sql`select ${columns} from rollouts where environment_id = ${environmentId}
          order by started_at desc, id limit ${limit}`,
    ),
  /** The one that is under way or being undone. */
  current: (db: Queryable, environmentId: string) =>
    row<Rollout>(
      db,
      sql`select ${columns} from rollouts
          where environment_id = ${environmentId} and state in ('running', 'rolling-back')`,
    ),
  open: (db: Queryable) =>
    rows<Rollout>(
      db,
      sql`select ${columns} from rollouts where state in ('running', 'rolling-back') order by started_at`,
    ),
  /** Locks its row until the transaction ends. */
  lock: (tx: Queryable, id: string) =>
    row<Rollout>(tx, sql`select ${columns} from rollouts where id = ${id} for update`),
  say: (db: Queryable, id: string, phase: string) =>
    changed(
      db,
      sql`update rollouts set phase = ${phase} where id = ${id} and phase <> ${phase} and state = 'running'`,
    ),
  pause: (db: Queryable, id: string, by: { by: string; reason: string } | null) =>
    changed(
      db,
      sql`update rollouts set paused_by = ${by?.by ?? null}, pause_reason = ${by?.reason ?? null}
          where id = ${id} and state = 'running'`,
    ),
  cut: (db: Queryable, id: string, cutPoints: readonly number[]) =>
    changed(
      db,
      sql`update rollouts set cut_points = ${JSON.stringify(cutPoints)}::jsonb where id = ${id} and cut_points is null`,
    ),
  atStep: (db: Queryable, id: string, { step, weight }: { step: number; weight: number }) =>
    changed(
      db,
      sql`update rollouts set step = ${step}, weight = ${weight} where id = ${id} and state = 'running'`,
    ),
  /** From one of these states to another; false: it was in none of them. The first decision is kept, but one to go back. */
  move: async (
    db: Queryable,
    id: string,
    to: {
      state: Rollout['state'];
      from: readonly Rollout['state'][];
      decision: string | null;
      decidedBy: string | null;
    },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update rollouts set state = ${to.state}, phase = coalesce(${to.decision}::text, phase),
            decision = case when ${to.state} = 'rolling-back' then coalesce(${to.decision}, decision)
              else coalesce(decision, ${to.decision}) end,
            decided_by = case when ${to.state} = 'rolling-back' then coalesce(${to.decidedBy}, decided_by)
              else coalesce(decided_by, ${to.decidedBy}) end,
            weight = case when ${to.state} = 'promoted' then 100
              when ${to.state} in ('rolling-back', 'rolled-back') then 0 else weight end,
            ended_at = case when ${to.state} = 'rolling-back' then ended_at else coalesce(ended_at, now()) end
          where id = ${id} and state = any(${[...to.from]})`,
    )) > 0,
};

export const rolloutSteps = {
  begin: (
    db: Queryable,
    rolloutId: string,
    { step, weight, canSee }: Pick<RolloutStep, 'step' | 'weight' | 'canSee'>,
  ) =>
    changed(
      db,
      sql`insert into rollout_steps (rollout_id, step, weight, can_see)
          values (${rolloutId}, ${step}, ${weight}, ${canSee}) on conflict (rollout_id, step) do nothing`,
    ),
  end: (
    db: Queryable,
    rolloutId: string,
    { step, outcome, why }: { step: number; outcome: string; why: string },
  ) =>
    changed(
      db,
      sql`update rollout_steps set ended_at = now(), outcome = ${outcome}, why = ${why}
          where rollout_id = ${rolloutId} and step = ${step} and ended_at is null`,
    ),
  of: (db: Queryable, rolloutId: string) =>
    rows<RolloutStep>(
      db,
      sql`select ${stepColumns} from rollout_steps where rollout_id = ${rolloutId} order by step`,
    ),
};

export const rolloutOrders = {
  add: (db: Queryable, rolloutId: string, order: Pick<RolloutOrder, 'kind' | 'by' | 'reason'>) =>
    changed(
      db,
      sql`insert into rollout_orders (rollout_id, kind, by, reason)
          values (${rolloutId}, ${order.kind}, ${order.by}, ${order.reason})`,
    ),
  of: (db: Queryable, rolloutId: string) =>
    rows<RolloutOrder>(
      db,
      sql`select id, kind, by, reason, at from rollout_orders where rollout_id = ${rolloutId} order by id`,
    ),
};

export const rolloutTicks = {
  add: (db: Queryable, rolloutId: string, tick: RolloutTick) =>
    changed(
      db,
      sql`insert into rollout_ticks (rollout_id, tick, step, second, counts, e, action)
          values (${rolloutId}, ${tick.tick}, ${tick.step}, ${tick.second}, ${JSON.stringify(tick.counts)}::jsonb,
            ${JSON.stringify(tick.e)}::jsonb, ${tick.action})
          on conflict do nothing`,
    ),
  /** Of rollouts that ended before. */
  forget: (db: Queryable, before: Date) =>
    changed(
      db,
      sql`delete from rollout_ticks t using rollouts r where r.id = t.rollout_id and r.ended_at < ${before}`,
    ),
  of: (db: Queryable, rolloutId: string) =>
    rows<RolloutTick>(
      db,
      sql`select tick, step, second::float as second, counts, e, action from rollout_ticks
          where rollout_id = ${rolloutId} order by tick`,
    ),
};

export interface HiddenInstance {
  instanceId: string;
  environmentId: string;
  /** The rollout. */
  owner: string;
  /** Of the environment's lock. */
  epoch: number;
  why: string;
  hiddenAt: Date;
}

export const hiddenInstances = {
  put: (db: Queryable, hidden: Omit<HiddenInstance, 'hiddenAt'>) =>
    changed(
      db,
      sql`insert into hidden_instances (instance_id, environment_id, owner, epoch, why)
          values (${hidden.instanceId}, ${hidden.environmentId}, ${hidden.owner}, ${hidden.epoch}, ${hidden.why})
          on conflict (instance_id) do update set owner = excluded.owner, epoch = excluded.epoch, why = excluded.why`,
    ),
  remove: (db: Queryable, ids: readonly string[]) =>
    changed(db, sql`delete from hidden_instances where instance_id = any(${[...ids]})`),
  all: (db: Queryable) =>
    rows<HiddenInstance>(
      db,
      sql`select instance_id as "instanceId", environment_id as "environmentId", owner, epoch, why,
            hidden_at as "hiddenAt" from hidden_instances order by hidden_at`,
    ),
};
