// Ships what was ordered, one order after the other. A database that is away for a while is waited for.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { openPool } from './db/pool.js';
import { shipOne } from './orders.js';

const pool = openPool({ connections: 1 });
const ending = new AbortController();
void once(process, 'SIGTERM').then(() => ending.abort());

console.log('the worker is ready');
while (!ending.signal.aborted) {
  const shipped = await shipOne(pool).catch((error) => {
    console.error(`cannot ship now: ${error.message}`);
    return null;
  });
  if (shipped) console.log(`shipped order ${shipped.id}`);
  else await pause(1_000, undefined, { signal: ending.signal }).catch(() => {});
}
console.log('the worker is done');
await pool.end();
