import { setTimeout as pause } from 'node:timers/promises';
import type { DrainLimit } from '../../gateway.ts';
import type { RequestCount } from './count-requests.ts';
import { cutSessions } from './cut-sessions.ts';
import type { KnownNames } from './known-names.ts';
import { serverStats } from './server-stats.ts';

const lookMs = 100;
/** A request that was told where to go just before the routes changed has come there by then. */
const settleMs = 20;

export interface DrainParts {
  names: KnownNames;
  count: RequestCount;
  sync: () => Promise<void>;
  /** When we began to count, in ms since 1970: who came before is not known. */
  sinceMs: number;
}

/** As the port says, over all of HAProxy's processes. */
export async function drainServers(
  { names, count, sync, sinceMs }: DrainParts,
  instances: readonly string[],
  { limitMs, sessionIdleMs, atLimit }: DrainLimit,
): Promise<{ cutOff: number }> {
  const deadline = Date.now() + limitMs;
  const drained = names.serversOf(new Set(instances));
  const servers = new Set(drained.map(({ id }) => id));
  const lanes = new Set(drained.map(({ lane }) => lane));
  const open = async () =>
    (await serverStats()).filter(({ id, open }) => servers.has(id) && open > 0);

  const isQuiet = async (): Promise<boolean> => {
    if ((await open()).length > 0) return false;
    if (sessionIdleMs === undefined) return true;
    await sync();
    const last = Math.max(count.lastSticky(lanes, servers), sinceMs);
    return Date.now() - last >= sessionIdleMs;
  };

  await pause(Math.min(settleMs, limitMs));
  while (!(await isQuiet())) {
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) {
      return { cutOff: atLimit === 'leave' ? 0 : await cut(await open(), servers) };
    }
    await pause(Math.min(lookMs, leftMs));
  }
  return { cutOff: 0 };
}

async function cut(
  open: Awaited<ReturnType<typeof serverStats>>,
  servers: ReadonlySet<number>,
): Promise<number> {
  let cutOff = 0;
  for (const worker of new Set(open.map((one) => one.worker))) {
    cutOff += await cutSessions(worker, servers);
  }
  return cutOff;
}
