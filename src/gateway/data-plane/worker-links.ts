import { renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { type CallLink, callLink, LinkClosed } from './call-link.ts';
import { log } from './log.ts';
import type { PrimaryCalls, WorkerOrders, WorkerReport } from './worker-orders.ts';

/** A worker process that is in touch with this primary process. */
export interface AttachedWorker {
  readonly pid: number;
  /** It took connections before it came: what a dead or former primary process left. */
  readonly isRemnant: boolean;
  /** It knows the routes: changes and questions are for it, too. */
  knows: boolean;
  retiring: boolean;
  readonly link: CallLink<WorkerOrders>;
}

export interface WorkerLinks {
  /** Where a worker of ours finds this process, before and after `publish`. */
  readonly path: string;
  all(): AttachedWorker[];
  /** Of every worker that knows the routes; one that dies meanwhile has no answer. */
  askAll<Name extends keyof WorkerOrders>(
    name: Name,
    argument: Parameters<WorkerOrders[Name]>[0],
  ): Promise<{ worker: AttachedWorker; answer: Awaited<ReturnType<WorkerOrders[Name]>> }[]>;
  /** Workers that lost their primary process find this one now. */
  publish(): void;
  close(): void;
}

export interface LinkEvents {
  attached(worker: AttachedWorker): void;
  detached(worker: AttachedWorker): void;
  tookLeave(worker: AttachedWorker, report: WorkerReport): void;
  /** It did not do what every worker can do. */
  failed(worker: AttachedWorker): void;
}

export const workersSocket = 'workers.sock';

/** Listens in the working directory, which is closed to others. */
export async function workerLinks(events: LinkEvents): Promise<WorkerLinks> {
  const path = `workers.${process.pid}.sock`;
  const workers = new Set<AttachedWorker>();
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let worker: AttachedWorker | null = null;
    const near: PrimaryCalls = {
      hello({ pid, serves }) {
        worker = { pid, isRemnant: serves, knows: false, retiring: false, link };
        workers.add(worker);
        events.attached(worker);
      },
      farewell(report) {
        if (worker !== null) events.tookLeave(worker, report);
      },
    };
    const closed = (): void => {
      if (worker === null) return;
      workers.delete(worker);
      events.detached(worker);
    };
    const link = callLink<PrimaryCalls, WorkerOrders>(socket, { near, closed });
  });
  server.listen(path);
  await once(server, 'listening');
  let isPublished = false;

  return {
    get path() {
      return isPublished ? workersSocket : path;
    },
    all: () => [...workers],

    async askAll(name, argument) {
      const knowing = [...workers].filter(({ knows }) => knows);
      const answers = await Promise.all(
        knowing.map(async (worker) => {
          try {
            return [{ worker, answer: await worker.link.ask(name, argument) }];
          } catch (error) {
            if (!(error instanceof LinkClosed)) {
              log(`worker process ${worker.pid} could not ${name}`, error);
              events.failed(worker);
            }
            return [];
          }
        }),
      );
      return answers.flat();
    },

    publish() {
      renameSync(path, workersSocket);
      isPublished = true;
    },

    close() {
      server.close();
      for (const { link } of workers) link.close();
    },
  };
}
