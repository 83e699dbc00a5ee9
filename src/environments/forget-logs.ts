import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { jobRuns } from './job-run-tables.ts';
import { workloadOf } from './run-jobs.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

/**
 * Forgets the logs of environments' jobs (scheduled runs, migrations, smoke tests) that ended before, and
 * files that a killed controller left half written. The rows stay. Repeatable.
 */
export async function forgetOldLogs(world: World, endedBefore: Date): Promise<void> {
  const runs = await jobRuns.endedBefore(world, endedBefore);
  const deploys = await upkeep.deploysEndedBefore(world.db, endedBefore);
  const old = new Set(runs.map(({ id }) => workloadOf(id)));
  const ended = new Set(deploys.map(({ id }) => id));
  for (const { kind, id, running } of await world.runtime.holdings()) {
    if (kind !== 'job' || running) continue;
    const [what, deploy = ''] = id.split('-');
    if (old.has(id) || (what === 'job' && ended.has(deploy))) await world.runtime.forget(id);
  }
  await sweepPartials(world.sources);
  await sweepPartials(join(dirname(world.sources), 'cache'));
}

/** Nobody writes one file for a day. */
const dayMs = 86_400_000;

async function sweepPartials(directory: string): Promise<void> {
  const files = await readdir(directory, { recursive: true }).catch(() => []);
  for (const name of files.filter((file) => file.endsWith('.partial'))) {
    const file = join(directory, name);
    const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > dayMs) await rm(file, { recursive: true, force: true });
  }
}
