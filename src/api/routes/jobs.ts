import { describeJobs } from '../../environments/describe-jobs.ts';
import { findEnvironment, findLiving } from '../../environments/find-environment.ts';
import { jobRuns, runJobNow, type JobRun } from '../../environments/run-jobs.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { JobRun as Shown } from '../contract/jobs.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listJobs' | 'runJob' | 'listJobRuns' | 'getJobRun';

const usualLimit = 50;
const mostLimit = 1000;

export function jobHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async listJobs({ environment: address }) {
      const environment = await findEnvironment(world.db, address);
      const jobs = await describeJobs(world, environment);
      return { jobs: jobs.map((job) => ({ ...job, last: job.last && shown(job.last) })) };
    },

    async runJob({ environment: address, job }, { actor }) {
      const environment = await findLiving(world.db, address);
      return shown(await find(world, await runJobNow(world, { environment, job, by: actor.name })));
    },

    async listJobRuns({ environment: address, job = null, limit = usualLimit }) {
      const environment = await findEnvironment(world.db, address);
      const runs = await jobRuns.of(world, environment.id, Math.min(limit, mostLimit), job);
      return { runs: runs.map(shown) };
    },

    getJobRun: async ({ run }) => shown(await find(world, run)),
  };
}

async function find(world: ApiWorld, id: string): Promise<JobRun> {
  const run = await jobRuns.get(world, id);
  if (!run) throw unknownRun(id);
  return run;
}

function shown(run: JobRun): Shown {
  const { id, environmentId, job, by, state, exitCode, logTail, dueAt, startedAt, endedAt } = run;
  return {
    id,
    environment: environmentId,
    job,
    by,
    state,
    exitCode,
    logTail,
    dueAt,
    startedAt,
    endedAt,
  };
}

export const unknownRun = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'job/unknown-run',
    what: `There is no run ${id} of any job.`,
    fix: ['signalbox job runs ENV'],
  });
