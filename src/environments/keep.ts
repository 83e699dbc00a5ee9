import { inTransaction } from '../db/pool.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Environment, Lease } from './environment.ts';
import { nodes } from './node-tables.ts';
import { leases } from './setting-tables.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

const longestDays = 90;
const dayMs = 86_400_000;

/** The sweeper leaves the preview alone until then. Keeping it again replaces the lease. */
export async function keep(
  world: Pick<World, 'db' | 'clock'>,
  { id, appId, app, name, kind, branch, host }: Environment,
  lease: Lease,
): Promise<Lease> {
  if (kind !== 'preview') throw neverSwept(`${app}/${name}`);
  const leftMs = lease.until.getTime() - world.clock.now().getTime();
  if (leftMs <= 0 || leftMs > longestDays * dayMs) throw badEnd(lease.until);
  if (lease.reason.trim() === '') throw noReason();
  await inTransaction(world.db, async (tx) => {
    // A node is not given away between looking and keeping.
    await upkeep.lockAdmission(tx, appId);
    const holder = await nodes.holderAt(tx, appId, host);
    if (holder !== null && holder !== branch) throw givenAway(`${app}/${name}`, holder);
    await leases.put(tx, id, lease);
    // Whoever comes back after the lease is warned anew.
    await upkeep.forgetWarning(tx, id);
  });
  return lease;
}

/** Idle time counts again. false: it was not kept. Repeatable. */
export async function unkeep(world: Pick<World, 'db'>, { id }: Environment): Promise<boolean> {
  return (await leases.end(world.db, id)) > 0;
}

const neverSwept = (what: string): SignalboxError =>
  new SignalboxError({
    code: 'lease/not-needed',
    what: `${what} needs no lease.`,
    why: 'Only previews are swept.',
    fix: ['Nothing is to be done.'],
  });

const givenAway = (what: string, holder: string): SignalboxError =>
  new SignalboxError({
    code: 'node/given-away',
    what: `${what} cannot be kept any more.`,
    why: `Its node has been given to ${holder}, which is being built for it.`,
    fix: ['Ask for another node: signalbox build BRANCH'],
  });

const badEnd = (until: Date): SignalboxError =>
  new SignalboxError({
    code: 'lease/bad-end',
    what: `Nothing can be kept until ${until.toISOString()}.`,
    why: `A lease ends in the future, and within ${longestDays} days.`,
    fix: [
      'signalbox env keep BRANCH --until 7d --reason "…"',
      'It can be made longer again and again.',
    ],
  });

const noReason = (): SignalboxError =>
  new SignalboxError({
    code: 'lease/no-reason',
    what: 'A lease needs a reason.',
    fix: ['signalbox env keep BRANCH --until 7d --reason "demo for the board on Friday"'],
  });
