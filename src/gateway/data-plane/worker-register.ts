import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity, type ProcessIdentity } from './process-identity.ts';

/** A worker process of a directory, found even when its primary process is gone. */
export interface RegisteredWorker extends ProcessIdentity {
  /** It takes no new connections and brings no successor. */
  retiring: boolean;
}

/** Others can find this process as a worker of the directory, for as long as it lives. Repeatable. */
export function registerWorker(directory: string, { retiring }: { retiring: boolean }): void {
  const file = fileOf(directory, process.pid);
  writeFileSync(`${file}.new`, JSON.stringify({ ...processIdentity(process.pid), retiring }), {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
}

export function unregisterWorker(directory: string): void {
  rmSync(fileOf(directory, process.pid), { force: true });
}

/** The living ones; what the dead left behind is removed. */
export function livingWorkers(directory: string): RegisteredWorker[] {
  const living: RegisteredWorker[] = [];
  for (const name of namesIn(directory)) {
    if (!/^worker-\d+$/.test(name)) continue;
    const worker = read(join(directory, name));
    if (worker !== null && isAlive(worker)) living.push(worker);
    else rmSync(join(directory, name), { force: true });
  }
  return living;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function read(file: string): RegisteredWorker | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RegisteredWorker;
  } catch {
    return null;
  }
}

const fileOf = (directory: string, pid: number) => join(directory, `worker-${pid}`);
