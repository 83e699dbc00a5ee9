import { setTimeout as pause } from 'node:timers/promises';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { isAlive, type ProcessIdentity } from '../../data-plane/process-identity.ts';
import { livingWorkers } from '../../data-plane/worker-register.ts';

/**
 * No gateway of this directory runs when it resolves, no worker of one either. What it has open may end
 * within the limit, and is cut off then. Repeatable; routes, counts and activity stay on disk.
 */
export async function stopGateway(directory: string, limitMs = 5_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  // Workers follow their primary process; without one they would bring a successor.
  const holder = lockHolder(directory);
  for (const one of holder === null ? livingWorkers(directory) : [holder]) signal(one, 'SIGTERM');
  while (processes(directory, holder).length > 0) {
    if (Date.now() > deadline) {
      for (const one of processes(directory, holder)) signal(one, 'SIGKILL');
    }
    await pause(20);
  }
}

/** The primary process first: while it lives it replaces the others. */
function processes(directory: string, former: ProcessIdentity | null): ProcessIdentity[] {
  const primaries = [lockHolder(directory), former].filter((one) => one !== null);
  return [...primaries, ...livingWorkers(directory)].filter(isAlive);
}

function signal(holder: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (isAlive(holder)) process.kill(holder.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
