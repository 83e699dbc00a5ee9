import { deployByHand } from '../environments/deploy-by-hand.ts';
import { deploys, environments } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { releases, rollbacks, type Rollback } from './rollback-tables.ts';
import { rolloutWorkflows, runOfRollback, startFinishing } from './rollout-workflows.ts';
import { routeAgain } from './route-again.ts';

/**
 * Every rollback that has begun ends: one whose controller died before the gateway was told has its route, one that
 * nobody tidies is tidied, one whose old release starts again is ended when that has ended. Returns what it mended and
 * what cannot be mended now, in words. Repeatable, and to be called as soon as a controller has started.
 */
export async function mendRollbacks(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const rollback of await rollbacks.allOpen(world.db)) {
    const mend = rollback.kind === 'at once' ? mendTidying : mendStarting;
    // What is wrong with one must not keep the others from being mended.
    const what = await mend(world, rollback).catch(
      (error: unknown) => `cannot be mended now: ${messageOf(error)}`,
    );
    if (what) mended.push(`rollback ${rollback.id}: ${what}`);
  }
  return mended;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

async function mendTidying(world: World, rollback: Rollback): Promise<string | null> {
  const run = runOfRollback(rollback.id);
  const retries = Array.from({ length: retriesDue(world, rollback) }, (_, at) => `${run}-${at}`);
  const states = await Promise.all([run, ...retries].map((id) => world.engine.state(id)));
  if (states.includes('running')) return null;
  await routeAgain(world, rollback.environmentId);
  const order = { rollback: rollback.id, environment: rollback.environmentId };
  if (states[0] === 'absent') await startFinishing(world.engine, order);
  else if (states.at(-1) !== 'absent') return null;
  else {
    const retry = { id: retries.at(-1) ?? run, input: order };
    await world.engine.start(rolloutWorkflows.finishRollback, retry);
  }
  return 'is being tidied away';
}

/**
 * A run that has broken gets a successor, which may find the obstacle gone: one at once, then one after 1, 3, 7, 15 …
 * minutes, so that there are few of them to ask for however long it takes.
 */
function retriesDue({ clock }: Pick<World, 'clock'>, { at }: Rollback): number {
  const minutes = Math.max(0, clock.now().getTime() - at.getTime()) / 60_000;
  return 1 + Math.floor(Math.log2(minutes + 1));
}

const pushedWithinMs = 30_000;

async function mendStarting(world: World, rollback: Rollback): Promise<string | null> {
  const { environmentId, from, to, at, by } = rollback;
  const environment = await environments.get(world.db, environmentId);
  if (!environment || environment.state === 'destroyed')
    return ended(world, rollback, 'the environment is gone');
  if (rollback.deploy === null) {
    // Its controller died before it had asked for the deploy, or is just asking.
    if (world.clock.now().getTime() - at.getTime() < pushedWithinMs) return null;
    return askAgain(world, rollback, { environment, deploy: to, by });
  }
  if (environment.deployId === rollback.deploy) {
    await releases.undo(world.db, [from], rollback.reason);
    return ended(world, rollback, 'the old release serves');
  }
  const deploy = await deploys.get(world.db, rollback.deploy);
  if (environment.deployId !== from) return ended(world, rollback, 'another deploy came after it');
  if (deploy === null || deploy.endedAt === null) return null;
  return ended(
    world,
    rollback,
    `its deploy did not come to serve: ${deploy.reason ?? deploy.state}`,
  );
}

async function askAgain(
  world: World,
  rollback: Rollback,
  asked: Parameters<typeof deployByHand>[1],
): Promise<string> {
  try {
    await rollbacks.startsBy(world.db, rollback.id, await deployByHand(world, asked));
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    return ended(world, rollback, error.what);
  }
  return 'asked for its deploy';
}

async function ended(world: World, { id }: Rollback, outcome: string): Promise<string> {
  await rollbacks.end(world.db, id, outcome);
  return `has ended: ${outcome}`;
}
