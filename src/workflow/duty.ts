import { row, rows, sql, type Database } from '../db/pool.ts';

/** Something done again and again by one controller at a time. Its silence is shown and alarmed. */
export interface Duty {
  name: string;
  everyMs: number;
  work(): Promise<void>;
}

export interface DutyState {
  name: string;
  everyMs: number;
  ranAt: Date | null;
  controller: string | null;
  error: string | null;
  /** It should have run by now: nobody does it, or it takes far too long. */
  silent: boolean;
}

/** Nobody waits longer than this for a duty whose controller lives and hangs in it. */
const longestTurnMs = 300_000;

/**
 * Does the duty if it is due and nobody else is at it; a controller calls it for one duty once at a time. An error is written down and is no reason to stop.
 * Returns whether it was done here.
 */
export async function doDuty(db: Database, duty: Duty, controller: string): Promise<boolean> {
  const { name, everyMs } = duty;
  const turn = await row(
    db,
    sql`insert into duties as known (name, every_ms, controller, held_until)
        values (${name}, ${everyMs}, ${controller}, clock_timestamp() + make_interval(secs => ${longestTurnMs / 1000}))
        on conflict (name) do update set every_ms = excluded.every_ms, controller = excluded.controller,
          held_until = excluded.held_until
        where (coalesce(known.held_until, '-infinity') < clock_timestamp()
            -- Nobody is at it: its controller died, or could not write down that it had ended.
            or known.controller = excluded.controller
            or not exists (select from controllers where id = known.controller))
          and coalesce(known.ran_at, '-infinity') < clock_timestamp() - make_interval(secs => ${everyMs / 1000})
        returning name`,
  );
  if (!turn) return false;
  const error = await duty.work().then(
    () => null,
    (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
  );
  await sql`update duties set ran_at = clock_timestamp(), held_until = null, error = ${error}
    where name = ${name} and controller = ${controller}`.execute(db);
  return true;
}

/** Every duty that was ever done, and whether it is silent: three periods and a minute without a run. */
export function dutyStates(db: Database): Promise<DutyState[]> {
  return rows(
    db,
    sql`select name, every_ms as "everyMs", ran_at as "ranAt", controller, error,
          -- The very first run may take its turn.
          coalesce(ran_at, held_until - make_interval(secs => ${longestTurnMs / 1000}), '-infinity')
            < clock_timestamp() - make_interval(secs => 3 * every_ms / 1000.0 + 60) as silent
        from duties order by name`,
  );
}
