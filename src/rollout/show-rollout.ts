import type { Queryable } from '../db/pool.ts';
import { deploys, environments } from '../environments/environment-rows.ts';
import type { Environment } from '../environments/environment.ts';
import { happenedMeanwhile, type Happening } from './happened-meanwhile.ts';
import { locksOfLane } from './lane-lock.ts';
import type { LaneLock } from './lane-tables.ts';
import { stepsToCome, type PlannedStep } from './planned-steps.ts';
import { plannedWay } from './planned-way.ts';
import { unknownRollout } from './replay-rollout.ts';
import { releases, rollbacks, type Rollback } from './rollback-tables.ts';
import type { Rollout, RolloutOrder, RolloutStep } from './rollout.ts';
import { hiddenInstances, rolloutOrders, rollouts, rolloutSteps } from './tables.ts';
import { judgedTicks } from './tick-tables.ts';

/** A rollout in a list. */
export interface ListedRollout extends Rollout {
  app: string;
  environmentName: string;
  /** Of its deploy. */
  number: number;
  commit: string;
  stableCommit: string | null;
}

/** What was judged so far. */
export interface EvidenceSummary {
  ticks: number;
  candidate: { requests: number; bad: number };
  stable: { requests: number; bad: number };
  /** Of the last tick: what the judge would have done, and the e-value of each metric. */
  action: string | null;
  metrics: { metric: string; e: number }[];
}

export interface DescribedRollout extends ListedRollout {
  steps: RolloutStep[];
  /** Steps to come. */
  plan: PlannedStep[];
  orders: RolloutOrder[];
  /** What else happened to its app from its begin to its end. */
  happened: Happening[];
  evidence: EvidenceSummary;
  /** Instances that no visitor meets for now. */
  hidden: { instance: string; why: string; since: Date }[];
}

/** What a person who looks after releases must know of an environment. */
export interface LaneView {
  environment: Environment;
  /** The one that is under way, else the newest; null: there was none. */
  rollout: DescribedRollout | null;
  /** Newest first. */
  locks: LaneLock[];
  /** Releases that a rollback reaches at once, until then. */
  warm: { id: string; number: number; commit: string; until: Date }[];
  rollbacks: Rollback[];
}

/** Newest first; without an environment: those that are under way anywhere. Reads only. */
export async function listRollouts(
  db: Queryable,
  { environmentId, limit }: { environmentId: string | null; limit: number },
): Promise<ListedRollout[]> {
  const found =
    environmentId === null ? await rollouts.open(db) : await rollouts.of(db, environmentId, limit);
  return Promise.all(found.slice(0, limit).map((rollout) => listed(db, rollout)));
}

/** Reads only. Refuses with `rollout/unknown`. */
export async function describeRollout(db: Queryable, id: string): Promise<DescribedRollout> {
  const rollout = await rollouts.get(db, id);
  if (!rollout) throw unknownRollout(id);
  const hidden = (await hiddenInstances.all(db)).filter(({ owner }) => owner === id);
  const steps = await rolloutSteps.of(db, id);
  const orders = await rolloutOrders.of(db, id);
  return {
    ...(await listed(db, rollout)),
    steps,
    plan: stepsToCome(await plannedWay(db, rollout), { steps, orders }),
    orders,
    happened: await happenedMeanwhile(db, rollout),
    evidence: await summarise(db, id),
    hidden: hidden.map(({ instanceId: instance, why, hiddenAt: since }) => ({
      instance,
      why,
      since,
    })),
  };
}

async function summarise(db: Queryable, id: string): Promise<EvidenceSummary> {
  const last = await judgedTicks.last(db, id);
  const sums = await judgedTicks.sums(db, id);
  const metrics = Object.entries(last?.e ?? {}).map(([metric, log]) => {
    // JSON knows no infinity, and people no number that long.
    return { metric, e: Math.min(Math.exp(Number(log)), 1e300) };
  });
  return {
    ticks: sums?.ticks ?? 0,
    candidate: { requests: sums?.candidateRequests ?? 0, bad: sums?.candidateBad ?? 0 },
    stable: { requests: sums?.stableRequests ?? 0, bad: sums?.stableBad ?? 0 },
    action: last?.action ?? null,
    metrics,
  };
}

const shownRollbacks = 5;

/** Reads only. */
export async function viewLane(db: Queryable, environment: Environment): Promise<LaneView> {
  const { id } = environment;
  const newest = (await rollouts.current(db, id)) ?? (await rollouts.of(db, id, 1))[0];
  return {
    environment,
    rollout: newest ? await describeRollout(db, newest.id) : null,
    locks: await locksOfLane(db, id),
    warm: await releases.warm(db, id),
    rollbacks: await rollbacks.of(db, id, shownRollbacks),
  };
}

async function listed(db: Queryable, rollout: Rollout): Promise<ListedRollout> {
  const environment = await environments.get(db, rollout.environmentId);
  const deploy = await deploys.get(db, rollout.id);
  const stable = rollout.stableDeploy === null ? null : await deploys.get(db, rollout.stableDeploy);
  return {
    ...rollout,
    app: environment?.app ?? '',
    environmentName: environment?.name ?? '',
    number: deploy?.number ?? 0,
    commit: deploy?.commit ?? '',
    stableCommit: stable?.commit ?? null,
  };
}
