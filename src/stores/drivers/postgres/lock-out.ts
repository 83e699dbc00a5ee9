import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseKey } from '../../data-store.ts';
import { copyDatabase } from './make-database.ts';
import { sourceBusy } from './refusals.ts';
import { codeOf, connected, type Server, type Session } from './server.ts';

/**
 * Copies a living database and says how long it was out of reach.
 *
 * CREATE DATABASE itself holds a lock on its template that makes new connections wait (they are not refused),
 * and gives the old ones five seconds to leave: here they are ended as soon as that lock is held. Nothing is
 * switched off, so nothing has to be switched on again: when we are killed, the lock ends with the statement.
 */
export async function copyWhileLockedOut(
  server: Server,
  session: Session,
  source: DatabaseKey,
  snapshot: DatabaseKey,
): Promise<string> {
  // What must be written anyway is written before the lock rather than under it.
  await session.query('checkpoint').catch(() => {});
  const pid = await ownPid(session);
  const ended = { connections: 0, since: 0 };
  const copied = { done: false };
  const copying = copyDatabase(server, session, {
    from: source.name,
    to: snapshot,
    template: true,
  }).finally(() => (copied.done = true));

  const [copy, eviction] = await Promise.allSettled([
    copying,
    evict(server, { database: source.name, pid, copied, ended }),
  ]);
  if (copy.status === 'rejected') {
    throw codeOf(copy.reason) === '55006' ? sourceBusy(source.name, copy.reason) : copy.reason;
  }
  if (eviction.status === 'rejected') throw eviction.reason;
  const outMs = ended.since === 0 ? 0 : Math.round(performance.now() - ended.since);
  return `copied by file (${server.fileCopy ?? 'copy'}): ${ended.connections} connections ended, new ones waited up to ${outMs} ms`;
}

async function ownPid(session: Session): Promise<number> {
  const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

async function evict(
  server: Server,
  watch: {
    database: string;
    pid: number;
    copied: { done: boolean };
    ended: { connections: number; since: number };
  },
): Promise<void> {
  await connected(server.url, async (client) => {
    while (!watch.copied.done) {
      const { rows } = await client.query<{ held: boolean; ended: string }>(endOthers, [
        watch.database,
        watch.pid,
      ]);
      if (rows[0]?.held && watch.ended.since === 0) watch.ended.since = performance.now();
      watch.ended.connections += Number(rows[0]?.ended ?? 0);
      await pause(10);
    }
  });
}

// Ends connections only once the lock is held: before, they would come straight back.
const endOthers = `
  with lock as (
    select exists (
      select from pg_locks l join pg_database d on d.oid = l.objid
       where d.datname = $1 and l.pid = $2 and l.locktype = 'object'
         and l.classid = 'pg_database'::regclass and l.mode = 'ShareLock' and l.granted
    ) as held
  )
  select held, (
    select count(*) filter (where pg_terminate_backend(a.pid))
      from pg_stat_activity a
     where held and a.datname = $1 and a.backend_type = 'client backend'
  ) as ended
  from lock`;
