import { setTimeout as pause } from 'node:timers/promises';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { isAlive, type ProcessIdentity } from '../../data-plane/process-identity.ts';

/**
 * No gateway of this directory runs when it resolves. What it has open may end within the limit, and is cut
 * off then. Repeatable; routes and activity stay on disk.
 */
export async function stopGateway(directory: string, limitMs = 5_000): Promise<void> {
  const holder = lockHolder(directory);
  if (holder === null) return;
  signal(holder, 'SIGTERM');
  if (await hasEnded(holder, limitMs)) return;
  signal(holder, 'SIGKILL');
  await hasEnded(holder, limitMs);
}

function signal(holder: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (isAlive(holder)) process.kill(holder.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function hasEnded(holder: ProcessIdentity, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (isAlive(holder)) {
    if (Date.now() > deadline) return false;
    await pause(20);
  }
  return true;
}
