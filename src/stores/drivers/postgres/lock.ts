import type { Server, Session } from './server.ts';

export interface Lock {
  name: string;
  /** 'shared': many may use it at once, but nobody may change or drop it. */
  mode: 'alone' | 'shared';
}

/**
 * Runs `work` on one admin connection that holds locks on database names. They live in the server, so they hold
 * against other controllers too and end with the connection, which the server ends when nothing is heard of us: a
 * controller that is stopped must not keep the others waiting. A clone that a killed controller has begun goes
 * on in the server, still locked, until it is done.
 */
export async function withLocks<T>(
  server: Server,
  locks: readonly Lock[],
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await server.pool.connect();
  let broken: Error | undefined;
  const noteBroken = (error: Error): void => void (broken = error);
  session.on('error', noteBroken);
  const beat = setInterval(() => void session.query('select 1').catch(noteBroken), beatMs).unref();
  try {
    await session.query(`set idle_session_timeout = ${beatsMissedMs};
      set idle_in_transaction_session_timeout = ${beatsMissedMs}`);
    for (const { name, mode } of inOneOrder(locks)) {
      await session.query(
        `select ${mode === 'alone' ? 'pg_advisory_lock' : 'pg_advisory_lock_shared'}(hashtextextended($1, 0))`,
        [`${server.installation}/${name}`],
      );
    }
    return await work(session);
  } finally {
    clearInterval(beat);
    await session
      .query('select pg_advisory_unlock_all(); reset idle_session_timeout')
      .catch(noteBroken);
    session.off('error', noteBroken);
    session.release(broken);
  }
}

const beatMs = 5000;
const beatsMissedMs = 20_000;

/** Everybody takes them in the same order, so nobody waits in a circle. */
const inOneOrder = (locks: readonly Lock[]): Lock[] =>
  [...locks].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
