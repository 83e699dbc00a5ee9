import { Worker } from 'node:worker_threads';

export interface Heartbeat {
  /** Resolves, with the reason, when somebody else has declared this controller dead and taken its work. */
  lost: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Says every second that this controller lives, from a thread of its own, so that a busy event loop does
 * not look dead. The row must exist; once another controller has removed it, `lost` resolves.
 */
export function startHeartbeat(options: { databaseUrl: string; controller: string }): Heartbeat {
  const worker = new Worker(new URL('./heartbeat-thread.ts', import.meta.url), {
    workerData: options,
  });
  worker.unref();
  const lost = new Promise<string>((resolve) => {
    worker.on('message', (said: unknown) => {
      // Under `node --watch` a worker also names the files that it loads.
      if (typeof said === 'string') resolve(said);
    });
    worker.on('error', (error) => resolve(`the heartbeat stopped: ${String(error)}`));
  });
  return {
    lost,
    async stop() {
      await worker.terminate();
    },
  };
}
