import pg from 'pg';

/** A pool that outlives restarts of the database: a broken idle connection is replaced, not fatal. */
export function openPool({ connections = 5 } = {}) {
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set: it says where the shop keeps its data.');
  const pool = new pg.Pool({
    connectionString: process.env.DATABASE_URL,
    max: connections,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
  });
  pool.on('error', (error) => console.error(`lost an idle database connection: ${error.message}`));
  return pool;
}

/** All of it or nothing. */
export async function inTransaction(pool, work) {
  const client = await pool.connect();
  // The server may end the connection while it is ours; the running query then fails, and nobody else listens.
  const ignore = () => {};
  client.on('error', ignore);
  let broken;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollback) => {
      broken = rollback;
    });
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}
