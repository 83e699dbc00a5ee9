import { parentPort, workerData } from 'node:worker_threads';
import { readArchive } from './read-archive.ts';
import type { ReportOptions } from './reports.ts';

const { tarFile, options } = workerData as { tarFile: string | null; options: ReportOptions };
parentPort?.postMessage(await readArchive(tarFile, options));
