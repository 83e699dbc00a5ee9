import { randomBytes } from 'node:crypto';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { log } from './log.ts';
import { cannotListen } from './open-listener.ts';
import { type WorkerCrew, workerCrew } from './worker-crew.ts';
import { type AttachedWorker, type WorkerLinks, workerLinks } from './worker-links.ts';
import type { WorkerReport, WorkerStart } from './worker-orders.ts';

export interface Workforce {
  links: WorkerLinks;
  crew: WorkerCrew;
  /** From now on workers that come are told this; resolves when each of the first has taken up its work. */
  employ(parts: Employment): Promise<void>;
  /** What a dead or former gateway's workers have open ends with them; ours do it all. */
  retireRemnants(): void;
}

export interface Employment {
  /** What a worker must know now. */
  start: () => Omit<WorkerStart, 'ticketKeys'>;
  tookLeave(worker: AttachedWorker, report: WorkerReport): void;
  detached(worker: AttachedWorker): void;
}

interface WorkforceOptions {
  size: number;
  listen: string;
  argv: (linkPath: string, index: number) => string[];
  descriptors: readonly number[];
}

const ticketKeysBytes = 48;

/** The workers have started and wait for their routes when this resolves. */
export async function workforce(options: WorkforceOptions): Promise<Workforce> {
  const { size, listen, argv, descriptors } = options;
  const ticketKeys = randomBytes(ticketKeysBytes).toString('base64');
  const prepared = Promise.withResolvers<void>();
  const employed = Promise.withResolvers<void>();
  // Both are waited for in turn: a failure that comes early is no unhandled one.
  employed.promise.catch(() => {});
  let employment: Employment | null = null;
  let isPublished = false;

  const links = await workerLinks({
    attached(worker) {
      if (ours().length >= size) prepared.resolve();
      if (employment !== null) void takeUp(worker, employment);
    },
    detached: (worker) => employment?.detached(worker),
    tookLeave: (worker, report) => employment?.tookLeave(worker, report),
    failed: (worker) => crew.kill(worker.pid),
  });
  const crew = workerCrew({
    size,
    argv: (index) => argv(links.path, index),
    descriptors,
    hopeless: (why) => {
      prepared.reject(didNotStart(why));
      employed.reject(didNotStart(why));
    },
  });
  const ours = (): AttachedWorker[] => links.all().filter(({ pid }) => crew.has(pid));

  async function takeUp(worker: AttachedWorker, { start }: Employment): Promise<void> {
    worker.knows = true;
    try {
      await worker.link.ask('know', { ...start(), ticketKeys });
      if (worker.isRemnant) return isPublished ? retire(worker) : undefined;
      const { trouble } = await worker.link.ask('listen', null);
      if (trouble !== null) throw cannotListen(listen, trouble);
      served.add(worker);
      if (ours().filter((one) => served.has(one)).length >= size) employed.resolve();
    } catch (error) {
      if (error instanceof SignalboxError) employed.reject(error);
      log(`worker process ${worker.pid} did not take up its work`, error);
      crew.kill(worker.pid);
    }
  }
  const served = new WeakSet<AttachedWorker>();

  function retire(worker: AttachedWorker): void {
    worker.retiring = true;
    worker.link.ask('retire', null).catch(() => {});
  }

  crew.start();
  await prepared.promise;
  return {
    links,
    crew,
    employ(parts) {
      employment = parts;
      for (const worker of links.all()) void takeUp(worker, parts);
      return employed.promise;
    },
    retireRemnants() {
      isPublished = true;
      for (const worker of links.all()) if (worker.isRemnant) retire(worker);
    },
  };
}

function didNotStart(why: string): SignalboxError {
  return new SignalboxError({
    code: 'gateway/did-not-start',
    what: 'The gateway did not start.',
    why: `Its worker processes end as soon as they begin: ${why}.`,
    fix: ['Read the end of gateway.log in its directory.'],
  });
}
