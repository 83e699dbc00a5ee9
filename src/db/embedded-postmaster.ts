import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from './embedded-cluster.ts';

const run = promisify(execFile);

/** A running server of one data directory. */
export interface Postmaster {
  pid: number;
  port: number;
  /** 'starting' also while it recovers after a crash. */
  state: 'starting' | 'ready' | 'stopping';
}

/**
 * The server that runs on this data directory, or null. postmaster.pid alone proves nothing, its number may
 * belong to another process by now: what counts is a process started with `-D` and exactly this directory.
 */
export async function runningPostmaster(data: string): Promise<Postmaster | null> {
  const text = await readFile(pidFile(data), 'utf8').catch(() => null);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  if (!(await servesDirectory(pid, data))) return null;
  return { pid, port: Number(lines[3]) || 0, state: stateOf(lines[7]?.trim()) };
}

/**
 * Removes a postmaster.pid whose number now belongs to a living process that is not our server. PostgreSQL
 * clears it itself when the process is dead, but refuses to start when it lives under the same user.
 */
export async function removeStalePidFile(data: string): Promise<void> {
  const before = await readFile(pidFile(data), 'utf8').catch(() => null);
  if (before === null || !isAlive(Number(before.split('\n')[0]))) return;
  if (await runningPostmaster(data)) return;
  const now = await readFile(pidFile(data), 'utf8').catch(() => null);
  if (now === before) await rm(pidFile(data), { force: true });
}

/** Fast shutdown: sessions are ended, everything is written; the server is gone when it resolves. Repeatable. */
export async function stopPostmaster(data: string, patienceMs = 60_000): Promise<void> {
  const impatientAt = Date.now() + patienceMs;
  let told: NodeJS.Signals | null = null;
  for (;;) {
    const running = await runningPostmaster(data);
    if (!running) return;
    const signal: NodeJS.Signals = Date.now() < impatientAt ? 'SIGINT' : 'SIGQUIT';
    if (told !== signal) {
      send(running.pid, signal);
      told = signal;
    }
    await pause(20);
  }
}

const pidFile = (data: string): string => join(data, 'postmaster.pid');

function stateOf(word: string | undefined): Postmaster['state'] {
  if (word === 'ready') return 'ready';
  return word === 'stopping' ? 'stopping' : 'starting';
}

async function servesDirectory(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'linux') {
    // Empty for a zombie, which is as good as gone.
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    return args[args.indexOf('-D') + 1] === data && args.includes('-D');
  }
  const listed = await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return listed.stdout.includes(` -D ${data} `);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
