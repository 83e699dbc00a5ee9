import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fence } from '../../../kernel/fence.ts';
import type { JobResult, JobSpec } from '../../../kernel/job.ts';
import { checkedPaths } from './collect-paths.ts';
import { hasProcesses } from './end-processes.ts';
import { endStart } from './end-start.ts';
import { passFence } from './fences.ts';
import { claimOf, endOfJob, journalFile, newestClaim, noteDone, startKey } from './generation.ts';
import { stopStart } from './instances.ts';
import { launch } from './launch.ts';
import type { Machine } from './machine.ts';
import { isAlive } from './process-identity.ts';
import {
  ensureRecord,
  knownWorkload,
  workloadDirectory,
  workloadRecord,
  type WorkloadRecord,
} from './workload.ts';

/** A job is asked to end before it is killed, so that a test run can stop its own servers. */
const stopMs = 2000;
const firstStart = 1;

/** As the port says. */
export async function ensureJob(
  machine: Machine,
  spec: JobSpec,
  fence: Fence | undefined,
): Promise<void> {
  if (!(spec.timeoutMs > 0 && Number.isFinite(spec.timeoutMs))) {
    throw new Error(`${spec.id} has no usable time limit: ${spec.timeoutMs}.`);
  }
  const collect = checkedPaths(spec.collect ?? {});
  await passFence(machine.place.fences, fence);
  const asked = { kind: 'job' as const, spec, listens: false, stopMs, collect };
  const record = await ensureRecord(machine, asked);
  if (await newestClaim(machine, spec.id)) return;
  const { timeoutMs } = spec;
  await launch(machine, { record, spec, generation: firstStart, fence, restarts: 0, timeoutMs });
}

/** As the port says. Throws `runtime/unknown-workload`, also when the job is forgotten meanwhile. */
export async function finishedJob(
  machine: Machine,
  id: string,
  signal: AbortSignal | undefined,
): Promise<JobResult> {
  for (;;) {
    signal?.throwIfAborted();
    const record = await knownWorkload(machine, id);
    // First the watch, then the look: what happens between them wakes us.
    const change = journalChange(machine, id, signal);
    try {
      const result = await resultOf(machine, record);
      if (result) return result;
      await change.happened;
    } finally {
      change.ignore();
    }
  }
}

/** As the port says; resolves for what never was, too. */
export async function stopJob(machine: Machine, id: string): Promise<void> {
  const record = await workloadRecord(machine, id);
  if (record?.kind !== 'job') return;
  if (await endOfJob(machine, id)) return;
  await stopStart(machine, record);
  if (await endOfJob(machine, id)) return;
  await noteDone(machine, id, { generation: firstStart, outcome: 'stopped' });
}

/** null: it runs. A job whose launcher has gone without a word is lost, and what it left running is ended. */
export async function resultOf(
  machine: Machine,
  record: WorkloadRecord,
): Promise<JobResult | null> {
  const { id } = record;
  const known = await written(machine, record);
  if (known) return known;
  const claim = await newestClaim(machine, id);
  if (!claim || (claim.launcher && isAlive(claim.launcher))) return null;
  // It may have written its result and ended since we looked.
  const late = await written(machine, record);
  if (late) return late;
  const told = claim.launcher === null;
  if (told && isStillEnding(machine, id, claim.madeAt)) return null;
  await endStart(machine, { id, generation: firstStart, graceMs: 0 });
  await noteDone(machine, id, { generation: firstStart, outcome: told ? 'stopped' : 'lost' });
  return written(machine, record);
}

/** Somebody stops it just now. Were they killed over it, we end it once its time is over. */
function isStillEnding(machine: Machine, id: string, toldAt: Date): boolean {
  const isEarly = Date.now() - toldAt.getTime() < stopMs + 1000;
  const key = startKey(machine, id, firstStart);
  return isEarly && hasProcesses({ groups: machine.groups, key });
}

async function written(machine: Machine, record: WorkloadRecord): Promise<JobResult | null> {
  const { id } = record;
  const end = await endOfJob(machine, id);
  if (!end) return null;
  const claim = await claimOf(machine, id, firstStart);
  const { mtime: endedAt } = await stat(journalFile(machine, id));
  return {
    outcome: end.outcome,
    exitCode: end.exitCode,
    startedAt: claim?.madeAt ?? new Date(record.createdAt),
    endedAt,
    archives: end.outcome === 'succeeded' ? archivesOf(machine, record) : {},
  };
}

function archivesOf(machine: Machine, { id, archives }: WorkloadRecord): Record<string, string> {
  const folder = join(workloadDirectory(machine, id), 'archives');
  return Object.fromEntries(archives.map((name, index) => [name, join(folder, `${index}.tar`)]));
}

/** How long a launcher's sudden death may go unseen; everything else wakes us at once. */
const lookAgainMs = 1000;

function journalChange(
  machine: Machine,
  id: string,
  signal: AbortSignal | undefined,
): { happened: Promise<void>; ignore(): void } {
  const { promise: happened, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const timer = setTimeout(wake, lookAgainMs);
  signal?.addEventListener('abort', wake, { once: true });
  if (signal?.aborted) wake();
  const watcher = watched(journalFile(machine, id), wake);
  return {
    happened,
    ignore() {
      clearTimeout(timer);
      watcher?.close();
      signal?.removeEventListener('abort', wake);
    },
  };
}

/** null where the kernel watches no more files; then looking again has to do. */
function watched(file: string, wake: () => void): ReturnType<typeof watch> | null {
  try {
    return watch(file, wake).on('error', wake);
  } catch {
    return null;
  }
}
