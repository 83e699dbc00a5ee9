// Runs detached, started by postgres.ts: stops the test server a minute after its last use.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ensureTestServer, inUseLock, stopHolding, tryLock, watchLock } from './postgres.ts';

const lookEveryMs = 10_000;
const idleLooks = 6;

const server = await ensureTestServer();
const client = new pg.Client({ connectionString: server.url });
// The server went away: somebody else has stopped it.
client.on('error', () => process.exit(0));
await client.connect();
if (!(await tryLock(client, watchLock))) process.exit(0);

for (let idle = 0; idle < idleLooks;) {
  await pause(lookEveryMs);
  if (!(await tryLock(client, inUseLock))) idle = 0;
  else if (++idle < idleLooks) await client.query(`select pg_advisory_unlock($1)`, [inUseLock]);
}
await stopHolding(client, server.stop);
process.exit(0);
