import type { Queryable } from '../db/pool.ts';
import { newId } from '../kernel/id.ts';
import { names, type Environment } from './environment.ts';
import { wishes } from './push-tables.ts';
import { runOf, startFollowing } from './reconcile.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

export interface DeployWish {
  appId: string;
  /** The environment's name: staging, production, preview/<branch>. */
  target: string;
  branch: string;
  /** In full. */
  commit: string;
  by: string;
  /** Throw the data away first, and take this snapshot or the one that fits. */
  reset?: { snapshot: string | null } | undefined;
}

/**
 * A push by hand, for one environment only: it is recorded and followed when it resolves. Returns its id.
 * Asking twice is two deploys, of which the newer wins.
 */
export async function askForDeploy(world: World, wish: DeployWish): Promise<string> {
  const id = await recordWish(world.db, wish);
  await startFollowing(world, id);
  return id;
}

/** Recorded only; whoever wants it followed at once calls startFollowing after the transaction. */
export async function recordWish(db: Queryable, wish: DeployWish): Promise<string> {
  const id = newId();
  await wishes.add(db, { ...wish, id, reset: wish.reset ?? null });
  return id;
}

/** The deploy that a push makes in an environment, known before it has begun. */
export const deployOf = (push: string, { id }: Pick<Environment, 'id'>): string =>
  names.deploy({ run: runOf(push), environmentId: id });

/** The push that makes, or made, a deploy; null: no such deploy was ever asked for. */
export async function pushOfDeploy(
  world: Pick<World, 'db'>,
  deploy: string,
): Promise<string | null> {
  const known = await upkeep.pushOfDeploy(world.db, deploy);
  if (known) return known.push;
  // Not begun yet: its row comes after checks and build.
  const recent = await wishes.latestByHand(world.db);
  const found = recent.find(
    ({ push, environment }) => deployOf(push, { id: environment }) === deploy,
  );
  return found?.push ?? null;
}
