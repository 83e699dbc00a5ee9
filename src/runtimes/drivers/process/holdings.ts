import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Holding } from '../../runtime.ts';
import { hasProcesses } from './end-processes.ts';
import { endOfJob, newestClaim, startKey } from './generation.ts';
import { systemPath, type Machine } from './machine.ts';
import { isAlive } from './process-identity.ts';
import { workloadDirectory, workloadRecords, type WorkloadRecord } from './workload.ts';
import { workspaceRecords } from './workspaces.ts';

const sizesKeptMs = 600_000;
const mostPaths = 200;

/** As the port says. `bytes` are those on disk, up to ten minutes old. */
export function holdingsOf(machine: Machine): () => Promise<Holding[]> {
  const sizes = new Map<string, { bytes: number; until: number }>();
  return async () => {
    const [workloads, workspaces] = await Promise.all([
      workloadRecords(machine),
      workspaceRecords(machine),
    ]);
    const running = await Promise.all(workloads.map((record) => isRunning(machine, record)));
    const found = [
      ...workloads.map(({ kind, id, owner }, index) => ({
        path: workloadDirectory(machine, id),
        holding: { kind, id, owner, running: running[index] ?? false },
      })),
      ...workspaces.map(({ id, owner }) => ({
        path: join(machine.place.workspaces, id),
        holding: { kind: 'workspace' as const, id, owner, running: false },
      })),
    ];
    await measure(
      sizes,
      found.map(({ path }) => path),
    );
    return found.map(({ path, holding }) => ({ ...holding, bytes: sizes.get(path)?.bytes ?? 0 }));
  };
}

/** True: its launcher lives, or something of its last start still runs. */
export async function isRunning(machine: Machine, { kind, id }: WorkloadRecord): Promise<boolean> {
  // A launcher that has written a job's end has nothing left to do but to end itself.
  if (kind === 'job' && (await endOfJob(machine, id))) return false;
  const claim = await newestClaim(machine, id);
  if (!claim) return false;
  if (claim.launcher && isAlive(claim.launcher)) return true;
  const last = claim.launcher === null ? claim.generation - 1 : claim.generation;
  return last > 0 && hasProcesses({ groups: machine.groups, key: startKey(machine, id, last) });
}

type Sizes = Map<string, { bytes: number; until: number }>;

async function measure(sizes: Sizes, paths: readonly string[]): Promise<void> {
  const now = Date.now();
  const wanted = new Set(paths);
  for (const [path, { until }] of sizes) {
    if (until < now || !wanted.has(path)) sizes.delete(path);
  }
  const unknown = paths.filter((path) => !sizes.has(path));
  for (let first = 0; first < unknown.length; first += mostPaths) {
    const measured = await diskUsage(unknown.slice(first, first + mostPaths));
    for (const [path, bytes] of measured) sizes.set(path, { bytes, until: now + sizesKeptMs });
  }
}

/** Blocks in use, so that holes in a log do not count. What vanishes meanwhile is left out. */
function diskUsage(paths: readonly string[]): Promise<[string, number][]> {
  return new Promise((resolve) => {
    const args = ['--summarize', '--block-size=1', '--null', '--', ...paths];
    const options = { env: { PATH: systemPath }, maxBuffer: 1 << 24 };
    execFile('du', args, options, (_error, told) => {
      const lines = told.split('\0').filter(Boolean);
      resolve(
        lines.map((line) => {
          const tab = line.indexOf('\t');
          return [line.slice(tab + 1), Number(line.slice(0, tab))];
        }),
      );
    });
  });
}
