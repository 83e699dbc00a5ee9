import { inTransaction, row, rows, sql, type Database, type Queryable } from '../db/pool.ts';
import type { Engine } from './workflow.ts';

/**
 * Takes over what controllers without a heartbeat were running, and what is left by those that have gone already.
 * Called every second or so by every controller, once its engine is launched; one at a time does the work. Repeatable.
 * Returns the ids of the controllers whose work was taken.
 */
export async function takeOverTheDead(
  db: Database,
  engine: Engine,
  options: { self: string; afterMs: number },
): Promise<string[]> {
  // Mostly nobody is dead. Whoever is stopped inside the transaction below keeps all others from looking for a while.
  if ((await silent(db, options)).length + (await goneWithRuns(db)).length === 0) return [];
  return inTransaction(db, async (tx) => {
    const lock = await row<{ ok: boolean }>(
      tx,
      sql`select pg_try_advisory_xact_lock(hashtext('signalbox.takeover')) as ok`,
    );
    if (!lock?.ok) return [];
    // One that wakes or starts again right now waits here, and sees then that its row is gone.
    const dead = (await silent(tx, options, sql`for update`)).map(({ id }) => id);
    const gone = (await goneWithRuns(tx)).map(({ id }) => id);
    const all = [...dead, ...gone];
    if (all.length === 0) return [];
    await engine.takeOver(all);
    // Only now: if we die before this commits, the next controller finds them dead again.
    await sql`delete from controllers where id = any(${dead})`.execute(tx);
    return all;
  });
}

function silent(
  on: Queryable,
  { self, afterMs }: { self: string; afterMs: number },
  locking = sql``,
): Promise<{ id: string }[]> {
  return rows(
    on,
    sql`select id from controllers
        where id <> ${self} and seen_at < clock_timestamp() - make_interval(secs => ${afterMs / 1000})
        ${locking}`,
  );
}

/**
 * Who ended in good order leaves its runs where they are, and who was found dead and wakes may take up another run before
 * it notices: nobody would ever find these by its row. A controller says that it lives before it runs anything.
 */
const goneWithRuns = (on: Queryable): Promise<{ id: string }[]> =>
  rows(
    on,
    sql`select distinct executor_id as id from dbos.workflow_status
        where status = 'PENDING' and executor_id not in (select id from controllers)`,
  );
