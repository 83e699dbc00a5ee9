import { environments } from '../environments/environment-rows.ts';
import { chooseLeaving, countsOf, planned, type Leaving } from './cycle-turn.ts';
import { sharesByCount, type CycleBatch } from './cycle-plan.ts';
import { hideInstances, unhideInstances } from './hide.ts';
import { laneStep, type Lane, type StrategyEnd } from './lane.ts';
import { proveInstances } from './prove-instances.ts';
import { inspectedTrouble, proveWholeSet } from './prove-whole-set.ts';
import { reroute } from './reroute.ts';
import { rollBack } from './roll-back.ts';
import { rollouts } from './tables.ts';
import { watch, type WatchEnd } from './watch.ts';

/**
 * One batch of instances after another gives way to the new release, so that enough of both serve at all times: a new
 * instance is tried beside the old ones first; then each time some old ones are hidden and drained, new ones are
 * proven while nobody sees them, shown, and watched. Old ones that have left are kept running until the swing.
 */
export async function cycle(lane: Lane): Promise<StrategyEnd> {
  const plan = await laneStep(lane, 'plan the cycle', () => planned(lane));
  if (plan.offCycle === null || plan.batches.every(({ hide }) => hide === 0))
    return allAtOnce(lane);
  const first = await beside(lane, plan.offCycle);
  if (first !== 'shown') return first;
  let watched: WatchEnd | null = await watchShare(lane, 1);
  for (const [index, batch] of plan.batches.entries()) {
    if (watched === 'rolled back') return { end: 'rolled back' };
    const turn = { batch, number: index + 1, of: plan.batches.length };
    const end = await takeTurn(lane, turn);
    if (end !== 'shown') return end;
    // A person who wants it promoted waits for no more evidence, only for the instances.
    const isLast = turn.number === turn.of;
    watched = watched === 'promoted' || isLast ? watched : await watchShare(lane, turn.number + 1);
  }
  return { end: 'swing' };
}

/** Nothing serves that could give way, or nothing is to take its place. */
async function allAtOnce(lane: Lane): Promise<StrategyEnd> {
  const proof = await proveWholeSet(lane);
  return 'failed' in proof ? { end: 'failed', ...proof } : { end: 'swing' };
}

/** The one off-cycle instance: as long as it is not shown, nobody has noticed anything. */
async function beside(lane: Lane, ordinal: number): Promise<'shown' | StrategyEnd> {
  const proof = await proveInstances(lane, { ordinals: [ordinal], label: `web ${ordinal}` });
  if ('failed' in proof) return { end: 'failed', ...proof };
  const trouble = await inspectedTrouble(lane);
  if (trouble) return { end: 'failed', ...trouble };
  await show(lane, proof.proven, `show web ${ordinal} beside the old release`);
  return 'shown';
}

interface Turn {
  batch: CycleBatch;
  /** 1 is the first. */
  number: number;
  of: number;
}

async function takeTurn(lane: Lane, turn: Turn): Promise<'shown' | StrategyEnd> {
  const { batch, number, of } = turn;
  const named = `turn ${number} of ${of}`;
  const leaving = await laneStep(lane, `see who leaves in ${named}`, () =>
    chooseLeaving(lane, batch),
  );
  if ('failed' in leaving) return takeBack(lane, leaving.failed);
  await leave(lane, leaving, named);
  if (batch.prove.length > 0) {
    const label = `web ${batch.prove.join(', ')}`;
    const proof = await proveInstances(lane, { ordinals: batch.prove, label });
    if ('failed' in proof) return takeBack(lane, proof.failed);
    await show(lane, proof.proven, `show ${label} of the new release`);
  }
  if (number < of) return 'shown';
  // Whoever was too many to leave in time, because others had died.
  const rest = await laneStep(lane, 'see who of the old release is left', () =>
    chooseLeaving(lane, { hide: Infinity, prove: [] }),
  );
  if ('failed' in rest) return takeBack(lane, rest.failed);
  if (rest.ids.length > 0) await leave(lane, rest, 'the last turn');
  return 'shown';
}

/** They take no requests, have ended what they had, and are warm: a rollback shows them again at once. */
async function leave(lane: Lane, { ids, isLast }: Leaving, named: string): Promise<void> {
  const { world, deploy, settings } = lane;
  if (ids.length === 0) return;
  await laneStep(lane, `hide ${ids.length} of the old release for ${named}`, async () => {
    const shares = await sharesWithout(lane, ids);
    // The last ones keep whoever comes back to them until they are drained; others have them in common.
    if (isLast) await reroute(lane, { shares });
    else await hideInstances(lane, ids, { why: `${named} of the cycle`, shares });
  });
  await laneStep(lane, `drain what is hidden for ${named}`, async () => {
    const phase = `${named}: waits for open requests and sessions on what leaves (${ids.length})`;
    await rollouts.say(world.db, deploy, phase);
    const { drainMs } = settings;
    const lastMs = isLast ? Math.min(longestIdleMs, drainMs / 3) : drainMs;
    // Who comes again and again is never gone: whoever is left at the limit goes to the new release.
    if (isLast) {
      const limits = { limitMs: drainMs - lastMs, sessionIdleMs: lastMs };
      await world.gateway.drain(ids, { ...limits, atLimit: 'leave' });
    }
    const shares = await sharesWithout(lane, ids);
    await reroute(lane, { states: [{ ids, state: 'warm' }], shares });
    // Nobody comes to them any more, so only what takes very long is cut off.
    await world.gateway.drain(ids, { limitMs: lastMs });
  });
}

/** A user who has not come for so long has gone. A request that began before that has so long to end. */
const longestIdleMs = 10_000;

async function sharesWithout(lane: Lane, ids: readonly string[]) {
  const { old, fresh } = await countsOf(lane, { without: ids });
  return sharesByCount(old, fresh);
}

async function show(lane: Lane, ids: readonly string[], name: string): Promise<void> {
  await laneStep(lane, name, async () => {
    const { old, fresh } = await countsOf(lane, { with: ids });
    await unhideInstances(lane, ids, sharesByCount(old, fresh));
  });
}

/** null: only one release serves, and nothing can be compared. */
async function watchShare(lane: Lane, step: number): Promise<WatchEnd | null> {
  const { old, fresh } = await laneStep(lane, `count who serves at step ${step}`, () =>
    countsOf(lane, {}),
  );
  if (old.serving === 0 || fresh.serving === 0) return null;
  const weight = sharesByCount(old, fresh)[1]?.weight ?? 0;
  const label = `${fresh.serving} of ${old.serving + fresh.serving} instances`;
  return watch(lane, { step, weight, label });
}

/** It has had requests: the old instances, hidden or warm, have all of them again from the next one on. */
async function takeBack(lane: Lane, reason: string): Promise<StrategyEnd> {
  const { world, order, deploy, stable } = lane;
  await laneStep(lane, 'send all requests back to the old release', async () => {
    const environment = await environments.get(world.db, order.environment);
    if (environment === null || stable === null) return;
    // Both have served side by side until now, so no mark keeps the old one from serving alone.
    const force = true;
    await rollBack(world, {
      environment,
      by: 'the rollout',
      reason,
      from: deploy,
      to: stable,
      force,
    });
  });
  return { end: 'rolled back' };
}
