import { type ChildProcess, spawn } from 'node:child_process';
import { childEnvironment } from './child-environment.ts';
import { log } from './log.ts';

export interface WorkerCrew {
  /** Each worker that ends is replaced from now on, until `stop`. */
  start(): void;
  has(pid: number): boolean;
  /** What hangs is killed, and so replaced. */
  kill(pid: number): void;
  /** Replaces nobody any more; the workers live on. */
  stop(): void;
}

export interface CrewOptions {
  size: number;
  /** What a worker is started with behind the executable. */
  argv: (index: number) => string[];
  /** Descriptors it gets as 3, 4 and so on. */
  descriptors: readonly number[];
  /** So many in a row ended before they served: said once, when nothing has served yet. */
  hopeless: (why: string) => void;
}

/** A worker that served for so long did not die of its start. */
const goodStartMs = 10_000;
const longestPauseMs = 10_000;
const deathsUntilHopeless = 4;

/** Keeps so many worker processes alive. Each dies alone. */
export function workerCrew({ size, argv, descriptors, hopeless }: CrewOptions): WorkerCrew {
  const workers = new Map<number, ChildProcess>();
  const pauses = new Set<NodeJS.Timeout>();
  let stopped = false;

  function begin(index: number, deaths: number): void {
    if (stopped) return;
    const startedAt = Date.now();
    const worker = spawn(process.execPath, argv(index), {
      stdio: ['ignore', 2, 2, ...descriptors],
      env: childEnvironment(),
    });
    const { pid } = worker;
    if (pid !== undefined) workers.set(pid, worker);
    let ended = false;
    const end = (how: string): void => {
      if (ended) return;
      ended = true;
      if (pid !== undefined) workers.delete(pid);
      if (stopped) return;
      const inARow = Date.now() - startedAt > goodStartMs ? 0 : deaths + 1;
      log(`worker ${index} (process ${pid}) ended: ${how}; replacing it`);
      if (inARow === deathsUntilHopeless) hopeless(how);
      replace(index, inARow);
    };
    worker.once('error', (error) => end(error.message));
    worker.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  }

  /** At once, but one that dies again and again waits longer each time. */
  function replace(index: number, deaths: number): void {
    if (deaths <= 1) return begin(index, deaths);
    const pauseMs = Math.min(100 * 2 ** (deaths - 2), longestPauseMs);
    if (deaths > 2) log(`worker ${index} died ${deaths} times at its start; waiting ${pauseMs} ms`);
    const timer = setTimeout(() => {
      pauses.delete(timer);
      begin(index, deaths);
    }, pauseMs);
    pauses.add(timer);
  }

  return {
    start() {
      for (let index = 0; index < size; index += 1) begin(index, 0);
    },
    has: (pid) => workers.has(pid),
    kill: (pid) => void workers.get(pid)?.kill('SIGKILL'),
    stop() {
      stopped = true;
      for (const timer of pauses) clearTimeout(timer);
      for (const worker of workers.values()) worker.unref();
    },
  };
}
