import type { OpenWork } from './forward/open-work.ts';
import type { WorkerDrain } from './worker-orders.ts';

export interface WorkerQuiet {
  isQuiet(drain: WorkerDrain): boolean;
  /** Resolves when it is quiet, or at the limit. */
  untilQuiet(drain: WorkerDrain & { limitMs: number }): Promise<void>;
}

/** What a drain waits for at the clients of one worker. */
export function workerQuiet(open: OpenWork): WorkerQuiet {
  // What users did before, another worker may have seen: absent is only whom nobody saw for long enough.
  const beganMs = Date.now();
  const waiting = new Set<() => void>();
  open.onIdle = () => {
    for (const look of waiting) look();
  };

  /** How long until it may be quiet: 0 now, Infinity when something is open. */
  function waitMs({ instances, sessionIdleMs }: WorkerDrain): number {
    if (open.openOf(instances) > 0) return Infinity;
    if (sessionIdleMs === null) return 0;
    const lastMs = Math.max(open.lastSticky(instances), beganMs);
    return Math.max(lastMs + sessionIdleMs - Date.now(), 0);
  }

  return {
    isQuiet: (drain) => waitMs(drain) === 0,

    untilQuiet(drain) {
      const untilMs = Date.now() + drain.limitMs;
      const { promise, resolve } = Promise.withResolvers<void>();
      let timer: NodeJS.Timeout | undefined;
      const look = (): void => {
        clearTimeout(timer);
        const quietInMs = waitMs(drain);
        const leftMs = untilMs - Date.now();
        if (quietInMs > 0 && leftMs > 0) {
          timer = setTimeout(look, Math.min(quietInMs, leftMs) + 1);
          return;
        }
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      return promise;
    },
  };
}
