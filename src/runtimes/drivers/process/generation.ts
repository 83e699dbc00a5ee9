import { appendFile, open, readFile, readdir, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { JobResult } from '../../../kernel/job.ts';
import type { Machine } from './machine.ts';
import { linkOnce } from './once.ts';
import { parseIdentity, type ProcessIdentity } from './process-identity.ts';
import { workloadDirectory } from './workload.ts';

/**
 * Each start of a workload is a generation. A launcher begins by claiming the next number, which one alone can do;
 * a higher claim ends what came before. A claim without a launcher says: told to stop.
 */
export interface Claim {
  generation: number;
  launcher: ProcessIdentity | null;
  madeAt: Date;
}

export type Outcome = JobResult['outcome'];

/** What the launcher wrote down last. */
export type Event =
  | { kind: 'started'; pid: number; startedAt: Date; restarts: number }
  | { kind: 'ended'; exitCode: number | null; startedAt: Date; restarts: number }
  | { kind: 'done'; outcome: Outcome; exitCode: number | null };

export interface Entry {
  generation: number;
  event: Event;
}

/** Tells the processes of one start from all others of this machine. */
export const startKey = ({ place }: Machine, id: string, generation: number): string =>
  `${place.name}.${id}.${generation}`;

/** The claim that counts, or null where nothing was ever started. */
export async function newestClaim(machine: Machine, id: string): Promise<Claim | null> {
  const generations = (await readdir(workloadDirectory(machine, id)).catch(noneWhenAbsent))
    .map((name) => Number(/^claim\.(\d+)$/.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0);
  return generations.length === 0 ? null : claimOf(machine, id, Math.max(...generations));
}

export async function claimOf(
  machine: Machine,
  id: string,
  generation: number,
): Promise<Claim | null> {
  const file = join(workloadDirectory(machine, id), `claim.${generation}`);
  try {
    const [text, { mtime }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    return { generation, launcher: parseIdentity(text), madeAt: mtime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** No launcher can claim this generation any more, and the one before is over. False: somebody was first. */
export async function claimToStop(
  machine: Machine,
  id: string,
  generation: number,
): Promise<boolean> {
  return linkOnce(join(workloadDirectory(machine, id), `claim.${generation}`), 'stopped\n').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

/** The newest whole lines of the journal, oldest first. */
export async function journal(machine: Machine, id: string): Promise<Entry[]> {
  const text = await tailOf(journalFile(machine, id));
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.map(parseEntry).filter((entry) => entry !== null);
}

export const journalFile = (machine: Machine, id: string): string =>
  join(workloadDirectory(machine, id), 'journal');

/** How a job ended: what was written first counts. */
export async function endOfJob(
  machine: Machine,
  id: string,
): Promise<(Event & { kind: 'done' }) | null> {
  for (const { event } of await journal(machine, id)) if (event.kind === 'done') return event;
  return null;
}

/** For a launcher that can write no more. */
export async function noteDone(
  machine: Machine,
  id: string,
  end: { generation: number; outcome: Outcome },
): Promise<void> {
  await appendFile(journalFile(machine, id), `\n${end.generation} done ${end.outcome} -\n`);
}

const tailBytes = 4096;

async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}

/** Lines are `GENERATION started PID UPTIME RESTARTS`, `… ended CODE UPTIME RESTARTS` and `… done OUTCOME CODE`. */
function parseEntry(line: string): Entry | null {
  const [generation, kind, first = '', second = '', third = ''] = line.split(' ');
  const number = Number(generation);
  if (!Number.isInteger(number) || number < 1) return null;
  const service = { startedAt: momentOf(Number(second)), restarts: Number(third) };
  switch (kind) {
    case 'started':
      return { generation: number, event: { kind, pid: Number(first), ...service } };
    case 'ended':
      return { generation: number, event: { kind, exitCode: Number(first), ...service } };
    case 'done':
      return {
        generation: number,
        event: {
          kind,
          outcome: first as Outcome,
          exitCode: /^\d+$/.test(second) ? Number(second) : null,
        },
      };
    default:
      return null;
  }
}

let bootedMs = 0;

/** /proc/uptime counts seconds since boot. The same moment each time, unless the clock was set. */
function momentOf(uptimeSeconds: number): Date {
  const measuredMs = Date.now() - uptime() * 1000;
  if (Math.abs(measuredMs - bootedMs) > 1000) bootedMs = measuredMs;
  return new Date(bootedMs + uptimeSeconds * 1000);
}

function noneWhenAbsent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
