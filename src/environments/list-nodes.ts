import type { App } from '../git/app.ts';
import { readConfig } from '../git/push.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { commitVerdicts } from './commit-verdict.ts';
import { environmentUrl } from './environment.ts';
import { nodes } from './node-tables.ts';
import { seatsOf } from './nodes.ts';
import type { World } from './world.ts';

export interface ListedNode {
  number: number;
  name: string;
  url: string;
  /** Whose environment answers there. */
  branch: string | null;
  /** The branch that is being built for it and will take its place. */
  next: string | null;
  state: 'free' | 'live' | 'working' | 'failed' | 'leaving';
  commit: string | null;
  /** Whether Signalbox has marked that commit good. */
  good: boolean;
  /** Unchanged since then. */
  since: Date | null;
  keptUntil: Date | null;
  reason: string | null;
}

/**
 * All nodes of an app in their order, as the file at the head of its main branch counts them, and those beyond that
 * a branch still has. None: the file has no nodes.
 */
export async function listNodes(
  world: Pick<World, 'db' | 'clock' | 'domain' | 'gateway' | 'repositories'>,
  app: App,
): Promise<ListedNode[]> {
  const { db, domain } = world;
  const held = (await nodes.holders(db, app.id)).map(({ number }) => number);
  const count = Math.max(0, await countByFile(world, app), ...held);
  const seats = await seatsOf(db, { app, count, domain });
  const working = new Set((await nodes.working(db, app.id)).map(({ branch }) => branch));
  const commits = seats.flatMap(({ occupant }) => occupant?.commit ?? []);
  const good = await commitVerdicts(db, app, commits);
  const entrance = await world.gateway.entrance();
  const now = world.clock.now();
  return seats.map((seat) => {
    const { number, host, holder, occupant } = seat;
    const coming = holder !== null && working.has(holder) ? holder : null;
    const kept = occupant?.keptUntil ?? null;
    return {
      number,
      name: `node-${number}`,
      url: environmentUrl(host, entrance),
      branch: occupant?.branch ?? null,
      next: coming === occupant?.branch ? null : coming,
      state: stateOf(seat, working),
      commit: occupant?.commit ?? null,
      good: good.has(occupant?.commit ?? ''),
      since: occupant?.pushedAt ?? null,
      keptUntil: kept !== null && kept > now ? kept : null,
      reason: occupant?.reason ?? null,
    };
  });
}

async function countByFile(
  { repositories }: Pick<World, 'repositories'>,
  app: App,
): Promise<number> {
  const commit = await repositories.head(app.name, app.mainBranch);
  if (commit === null) return 0;
  const read = await readConfig(repositories, { app, commit }).catch((error: unknown) => {
    // A file that cannot be used is said elsewhere; who is where can still be told.
    if (error instanceof SignalboxError) return null;
    throw error;
  });
  return read?.config.environments.preview.nodes ?? 0;
}

type Seats = Awaited<ReturnType<typeof seatsOf>>;

function stateOf(
  { holder, occupant }: Seats[number],
  working: ReadonlySet<string>,
): ListedNode['state'] {
  if (occupant?.state === 'destroying') return 'leaving';
  if ([holder, occupant?.branch].some((branch) => branch && working.has(branch))) return 'working';
  if (occupant === null) return 'free';
  return occupant.state === 'live' || occupant.state === 'failed' ? occupant.state : 'working';
}
