import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, environment, id, instant, partName } from './fields.ts';

const run = z
  .object({
    id,
    environment: id,
    job: partName,
    by: z.string().meta({ description: "'schedule', or who started it" }),
    state: z.enum([
      'waiting',
      'running',
      'succeeded',
      'failed',
      'timed-out',
      'skipped',
      'stopped',
      'lost',
    ]),
    exitCode: z.int().nullable(),
    logTail: z.string().nullable(),
    dueAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'JobRun' });
export type JobRun = z.output<typeof run>;

const job = z
  .object({
    name: partName,
    run: z.string(),
    schedule: z.string().nullable(),
    timezone: z.string().nullable(),
    active: z.boolean().meta({ description: 'Whether its schedule runs in this environment' }),
    nextAt: instant.nullable(),
    last: run.nullable(),
  })
  .meta({ id: 'Job' });

export const listJobs = endpoint({
  method: 'GET',
  path: '/api/v1/environments/:environment/jobs',
  role: 'viewer',
  summary: 'List the jobs of an environment',
  params: { environment },
  reply: z.object({ jobs: z.array(job) }),
});

export const runJob = endpoint({
  method: 'POST',
  path: '/api/v1/environments/:environment/jobs/:job/runs',
  role: 'developer',
  summary: 'Run a job now',
  params: { environment, job: partName },
  reply: run,
});

export const listJobRuns = endpoint({
  method: 'GET',
  path: '/api/v1/environments/:environment/job-runs',
  role: 'viewer',
  summary: 'List runs of jobs, newest first',
  params: { environment },
  query: { job: partName.optional(), limit: count.optional() },
  reply: z.object({ runs: z.array(run) }),
});

export const getJobRun = endpoint({
  method: 'GET',
  path: '/api/v1/job-runs/:run',
  role: 'viewer',
  summary: 'Show one run of a job',
  params: { run: id },
  reply: run,
});
