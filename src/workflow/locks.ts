import { setTimeout as pause } from 'node:timers/promises';
import type { Fence } from '../kernel/fence.ts';
import {
  changed,
  inTransaction,
  row,
  rows,
  sql,
  type Database,
  type Queryable,
} from '../db/pool.ts';
import type { Flow } from './workflow.ts';

/** A named lock that up to `capacity` runs may hold at once, first come first served within a priority. */
export interface Lock {
  name: string;
  capacity: number;
  /** Higher goes first; production before previews. */
  priority?: number;
}

export interface Waiting {
  name: string;
  holder: string;
  /** 1 is next, or holds it. */
  place: number;
  held: boolean;
}

export interface Locks {
  /**
   * Waits until this run holds the lock. The returned fence's epoch is higher than any given out for this
   * lock before, also when the same run comes here again in another controller: whoever carried the older
   * one can change nothing any more.
   */
  take(flow: Flow, lock: Lock): Promise<Fence>;
  /** Repeatable; harmless when it was not held. */
  release(name: string, holder: string): Promise<void>;
  /** Everyone who holds or waits for a lock, in order. */
  queue(name?: string): Promise<Waiting[]>;
}

const lookAgainMs = 150;

export function databaseLocks(db: Database): Locks {
  return {
    async take(flow, lock) {
      await flow.step(`wait for its turn: ${lock.name}`, () => untilGranted(db, lock, flow.id));
      // Not a step on purpose: whoever runs this run now, first time or after a takeover, gets a new epoch.
      return { scope: lock.name, epoch: await epochOf(db, lock.name, flow.id) };
    },

    async release(name, holder) {
      await changed(db, sql`delete from lock_queue where name = ${name} and holder = ${holder}`);
    },

    queue: (name) =>
      rows<Waiting>(
        db,
        sql`select name, holder, granted_epoch is not null as held,
              row_number() over (partition by name
                order by granted_epoch is null, priority desc, place)::int as place
            from lock_queue where ${name ?? null}::text is null or name = ${name ?? null}
            order by name, place`,
      ),
  };
}

/** 0 for a run that has let go of the lock, and only passes by here once more: it must not overtake who has it now. */
async function epochOf(db: Database, name: string, holder: string): Promise<number> {
  return inTransaction(db, async (tx) => {
    const held = await row(
      tx,
      sql`select from lock_queue where name = ${name} and holder = ${holder} and granted_epoch is not null for share`,
    );
    return held ? nextEpoch(tx, name) : 0;
  });
}

async function untilGranted(db: Database, lock: Lock, holder: string): Promise<void> {
  await sql`insert into lock_queue (name, holder, priority) values (${lock.name}, ${holder}, ${lock.priority ?? 0})
    on conflict (name, holder) do nothing`.execute(db);
  while (!(await inTransaction(db, (tx) => granted(tx, lock, holder)))) await pause(lookAgainMs);
}

/** True when the holder is among the first `capacity`; those who have it keep it. */
async function granted(tx: Queryable, lock: Lock, holder: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext('lock:' || ${lock.name}))`.execute(tx);
  const mine = await row<{ rank: number; held: boolean }>(
    tx,
    sql`select rank, held from (
          select holder, granted_epoch is not null as held,
            row_number() over (order by granted_epoch is null, priority desc, place)::int as rank
          from lock_queue where name = ${lock.name}) as queue
        where holder = ${holder}`,
  );
  if (!mine) throw new Error(`${holder} was taken out of the queue for ${lock.name}.`);
  if (mine.held) return true;
  if (mine.rank > lock.capacity) return false;
  await sql`update lock_queue set granted_epoch = 0 where name = ${lock.name} and holder = ${holder}`.execute(
    tx,
  );
  return true;
}

/**
 * Throws when somebody was given a higher epoch of the fence's lock. For rows, which cannot refuse by themselves: in
 * a transaction nobody is given one before it ends.
 */
export async function refuseOvertaken(on: Queryable, fence: Fence): Promise<void> {
  if (await isOvertaken(on, fence))
    throw new Error(`Another controller has taken over ${fence.scope}.`);
}

/** Whether somebody was given a higher epoch; in a transaction nobody is before it ends. */
export async function isOvertaken(on: Queryable, { scope, epoch }: Fence): Promise<boolean> {
  const newest = await row<{ epoch: number }>(
    on,
    sql`select epoch from lock_epochs where name = ${scope} for share`,
  );
  return (newest?.epoch ?? 0) > epoch;
}

/**
 * A new epoch of a lock, without waiting for it: once the transaction is committed, whoever holds the lock is refused
 * wherever its fence is looked at. `heir` is the run that has the lock next; it takes it as any other run does.
 * Call it first in the transaction, so that all who change what the lock guards come one after the other.
 */
export async function seizeFence(
  tx: Queryable,
  { name, heir }: { name: string; heir: string },
): Promise<Fence> {
  const epoch = await nextEpoch(tx, name);
  await changed(
    tx,
    sql`insert into lock_queue (name, holder, priority) values (${name}, ${heir}, ${heirPriority})
        on conflict (name, holder) do nothing`,
  );
  return { scope: name, epoch };
}

/** Before everybody who waits. */
const heirPriority = 1_000_000;

/** The highest epoch that was given out for a lock; 0: none was. */
export async function knownEpoch(on: Queryable, name: string): Promise<number> {
  const known = await row<{ epoch: number }>(
    on,
    sql`select epoch from lock_epochs where name = ${name}`,
  );
  return known?.epoch ?? 0;
}

async function nextEpoch(db: Queryable, name: string): Promise<number> {
  const next = await row<{ epoch: number }>(
    db,
    sql`insert into lock_epochs as known (name, epoch) values (${name}, 1)
        on conflict (name) do update set epoch = known.epoch + 1 returning epoch`,
  );
  return next?.epoch ?? 1;
}
