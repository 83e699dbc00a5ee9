import { Worker } from 'node:worker_threads';
import type { ReportOptions, Reports } from './reports.ts';
import { noTests } from './test-counts.ts';

export type { ReportOptions, Reports } from './reports.ts';

const longestMs = 60_000;

/**
 * Reads the reports in a tar file that a job left (see reportPaths); null: there is none, only its log. In a thread with limited
 * time and memory, because a job may write whatever it likes and the controller has other things to do. Changes
 * nothing, so it may be repeated; never throws for what a job has written, only where the disk cannot be read.
 */
export async function readReports(
  tarFile: string | null,
  options: ReportOptions = {},
): Promise<Reports> {
  const worker = new Worker(new URL('./report-thread.ts', import.meta.url), {
    workerData: { tarFile, options },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Reports>();
  const timer = setTimeout(() => resolve(unread('take too long to read')), longestMs);
  worker.once('message', resolve);
  worker.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(unread('need too much memory'));
    else reject(error);
  });
  worker.once('exit', () => reject(new Error('The thread that reads reports has ended.')));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

const unread = (why: string): Reports => ({
  tests: noTests(),
  load: null,
  problems: [`The job's reports ${why}, so none of them counts.`],
});
