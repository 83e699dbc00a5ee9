import { setTimeout as pause } from 'node:timers/promises';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { isAlive, type ProcessIdentity } from '../../data-plane/process-identity.ts';
import { livingHaproxy } from './running-haproxy.ts';

/**
 * No HAProxy of this directory runs when it resolves, and no keeper of one. What it has open may end within the
 * limit, and is cut off then. Repeatable; routes, counts and activity stay on disk.
 */
export async function stopHaproxyGateway(directory: string, limitMs = 5_000): Promise<void> {
  // The keeper first: while it lives it starts HAProxy again.
  const keeper = lockHolder(directory);
  signal(keeper, 'SIGTERM');
  const haproxy = livingHaproxy(directory);
  if (!(await ended(keeper, limitMs))) {
    signal(keeper, 'SIGKILL');
    await ended(keeper, limitMs);
  }
  signal(haproxy, 'SIGUSR1');
  if (await ended(haproxy, limitMs)) return;
  // Its workers end with it.
  signal(haproxy, 'SIGTERM');
  if (await ended(haproxy, limitMs)) return;
  signal(haproxy, 'SIGKILL');
  await ended(haproxy, limitMs);
}

/** False: it still lives at the limit. */
async function ended(one: ProcessIdentity | null, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (one !== null && isAlive(one)) {
    if (Date.now() > deadline) return false;
    await pause(20);
  }
  return true;
}

function signal(one: ProcessIdentity | null, name: NodeJS.Signals): void {
  try {
    if (one !== null && isAlive(one)) process.kill(one.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
