import { inTransaction, row, rows, sql, type Database } from '../db/pool.ts';
import type { Engine } from './workflow.ts';

/**
 * Takes over what controllers without a heartbeat were running. Called every second or so by every
 * controller; one at a time does the work. Repeatable. Returns the ids of those found dead.
 */
export async function takeOverTheDead(
  db: Database,
  engine: Engine,
  options: { self: string; afterMs: number },
): Promise<string[]> {
  return inTransaction(db, async (tx) => {
    const lock = await row<{ ok: boolean }>(
      tx,
      sql`select pg_try_advisory_xact_lock(hashtext('signalbox.takeover')) as ok`,
    );
    if (!lock?.ok) return [];
    const dead = await rows<{ id: string }>(
      tx,
      sql`select id from controllers
          where id <> ${options.self}
            and seen_at < clock_timestamp() - make_interval(secs => ${options.afterMs / 1000})
          -- One that wakes or starts again right now waits here, and sees then that its row is gone.
          for update`,
    );
    const ids = dead.map(({ id }) => id);
    if (ids.length === 0) return [];
    await engine.takeOver(ids);
    // Only now: if we die before this commits, the next controller finds them dead again.
    await sql`delete from controllers where id = any(${ids})`.execute(tx);
    return ids;
  });
}
