import { settingsFor } from './create.ts';
import type { Environment } from './environment.ts';
import { jobRuns, nextDue, type JobRun } from './run-jobs.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

export interface DescribedJob {
  name: string;
  run: string;
  schedule: string | null;
  timezone: string | null;
  /** Whether its schedule runs in this environment. */
  active: boolean;
  nextAt: Date | null;
  last: JobRun | null;
}

/** The jobs of what serves, when they run next and how the last run ended. */
export async function describeJobs(
  world: Pick<World, 'db' | 'clock'>,
  environment: Environment,
): Promise<DescribedJob[]> {
  const config = await environments.config(world.db, environment.id);
  if (!config) return [];
  const switchedOn = environment.state === 'live' && settingsFor(config, environment).jobs;
  const last = new Map((await jobRuns.last(world, environment.id)).map((run) => [run.job, run]));
  return Object.entries(config.jobs).map(([name, { run, schedule, timezone }]) => {
    const active = switchedOn && schedule !== null;
    return {
      name,
      run,
      schedule,
      active,
      timezone: schedule === null ? null : timezone,
      nextAt: active ? nextDue({ schedule, timezone }, world.clock.now()) : null,
      last: last.get(name) ?? null,
    };
  });
}
