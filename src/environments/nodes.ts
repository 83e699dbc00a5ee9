import { inTransaction, type Queryable } from '../db/pool.ts';
import type { App } from '../git/app.ts';
import { nodeHost } from '../kernel/host-name.ts';
import { chooseNode, type Seat } from './choose-node.ts';
import { decideEnd, startDestroying } from './destroy.ts';
import { environmentName, type Environment } from './environment.ts';
import { nodes, type BranchNode, type Occupant } from './node-tables.ts';
import { environments } from './tables.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

type Place = Pick<World, 'domain' | 'clock'>;

export interface NodeOrder {
  app: Pick<App, 'id' | 'name'>;
  branch: string;
  /** How many the file gives the app. */
  count: number;
}

/**
 * A branch has a node when it resolves, the same when it had one; null: on all of them somebody works, or they are
 * kept. Whoever was there stays until `clearNode`. Bookings of an app come one after the other, and the
 * transaction keeps the others out. Repeatable.
 */
export async function bookNode(
  { clock, domain }: Place,
  tx: Queryable,
  { app, branch, count }: NodeOrder,
): Promise<Pick<BranchNode, 'number' | 'host'> | null> {
  await upkeep.lockAdmission(tx, app.id);
  const mine = await nodes.of(tx, app.id, branch);
  const seats = await seatsOf(tx, { app, count, domain });
  const working = new Set((await nodes.working(tx, app.id)).map((one) => one.branch));
  working.delete(branch);
  const now = clock.now();
  const number = chooseNode(seats, { branch, before: mine?.number ?? null, working, now });
  if (number === null) return null;
  const host = nodeHost({ number, app: app.name, domain });
  const has = mine && mine.leftAt === null && mine.number === number && mine.host === host;
  if (!has) await nodes.give(tx, app.id, { branch, number, host, since: now });
  return { number, host };
}

/** Nodes 1 to `count`, and who is there. */
export async function seatsOf(
  db: Queryable,
  { app, count, domain }: Pick<NodeOrder, 'app' | 'count'> & Pick<World, 'domain'>,
): Promise<(Seat & { host: string; since: Date | null; occupant: Occupant | null })[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const hosts = numbers.map((number) => nodeHost({ number, app: app.name, domain }));
  const held = new Map((await nodes.holders(db, app.id)).map((one) => [one.number, one]));
  const there = new Map((await nodes.occupants(db, app.id, hosts)).map((one) => [one.host, one]));
  const given = new Map((await nodes.lastGiven(db, app.id)).map(({ number, at }) => [number, at]));
  return numbers.map((number) => {
    const host = nodeHost({ number, app: app.name, domain });
    const holder = held.get(number);
    return {
      number,
      host,
      holder: holder?.branch ?? null,
      since: holder?.since ?? null,
      occupant: there.get(host) ?? null,
      givenAt: given.get(number) ?? null,
    };
  });
}

/** Whether pushes of the branch go to a node: it has been given one, or its environment still is on one. */
export async function hasNode(
  { db, domain }: Pick<World, 'db' | 'domain'>,
  { app, branch }: Pick<NodeOrder, 'app' | 'branch'>,
): Promise<boolean> {
  const mine = await nodes.of(db, app.id, branch);
  if (mine === null || mine.leftAt === null) return mine !== null;
  const living = await environments.byName(db, app.name, environmentName('preview', branch));
  const host = nodeHost({ number: mine.number, app: app.name, domain });
  return living?.host === host && living.state !== 'destroying' && living.state !== 'destroyed';
}

/**
 * Sees to it that nobody else's environment, and none of the branch's own elsewhere, is in the way of its node:
 * they are on their way out when it resolves, and `clear` once they are gone. null: the branch has no node.
 * Repeatable.
 */
export async function clearNode(
  world: World,
  { appId, app, branch }: { appId: string; app: string; branch: string },
): Promise<{ host: string; clear: boolean } | null> {
  const found = await inTransaction(world.db, async (tx) => {
    // Nobody is given another node between looking and deciding who goes.
    await upkeep.lockAdmission(tx, appId);
    const mine = await nodes.of(tx, appId, branch);
    if (mine === null || mine.leftAt !== null) return null;
    const leaving = await inTheWay(tx, { appId, app, mine });
    const text = `node-${mine.number} goes to ${branch}`;
    for (const one of leaving)
      await decideEnd(tx, one, one.branch === branch ? `it moves to node-${mine.number}` : text);
    return { host: mine.host, leaving };
  });
  if (found === null) return null;
  for (const { id } of found.leaving) await startDestroying(world, id);
  return { host: found.host, clear: found.leaving.length === 0 };
}

async function inTheWay(
  tx: Queryable,
  { appId, app, mine }: { appId: string; app: string; mine: BranchNode },
): Promise<Environment[]> {
  const own = await environments.byName(tx, app, environmentName('preview', mine.branch));
  const [there] = await nodes.occupants(tx, appId, [mine.host]);
  const theirs =
    there && there.branch !== mine.branch ? await environments.get(tx, there.id) : null;
  const moves = own && own.state !== 'destroyed' && own.host !== mine.host ? own : null;
  return [theirs, moves].filter((one) => one !== null);
}
