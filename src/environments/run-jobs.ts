import { Cron } from 'croner';
import { publish } from '../events/publish.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Flow } from '../workflow/workflow.ts';
import { settingsFor } from './create.ts';
import { names, type Environment } from './environment.ts';
import { jobRuns } from './job-run-tables.ts';
import { whyFailed } from '../kernel/why-failed.ts';
import { withoutSecrets } from './secret.ts';
import { deploys, environments } from './tables.ts';
import { environmentVariables, secretsOf } from './variables.ts';
import { workflows, type World } from './world.ts';

/** The workload that runs it. */
export const workloadOf = (run: string): string => `scheduled-${run}`;

/** Starts what has come due since the last look; each due time runs once, whoever looks. */
export async function startDueJobs(world: World): Promise<void> {
  for (const environment of await environments.withSchedules(world.db)) {
    const { config } = environment;
    if (!settingsFor(config, environment).jobs) continue;
    for (const [job, { schedule, timezone }] of Object.entries(config.jobs)) {
      if (schedule === null) continue;
      const dueAt = lastDue({ schedule, timezone }, world.clock.now());
      // What came due before the environment lived was never meant for it.
      if (dueAt && dueAt > environment.createdAt)
        await startJobRun(world, { environment, job, dueAt, by: 'schedule' });
    }
  }
}

/** A job missed for longer than this (everything was down) is left to its next time. */
const lateMs = 10 * 60_000;

function lastDue(
  { schedule, timezone }: { schedule: string; timezone: string },
  now: Date,
): Date | null {
  const [last] = new Cron(schedule, { timezone, paused: true }).previousRuns(1, now);
  return last && now.getTime() - last.getTime() < lateMs ? last : null;
}

export function nextDue(of: { schedule: string; timezone: string }, now: Date): Date | null {
  return new Cron(of.schedule, { timezone: of.timezone, paused: true }).nextRun(now);
}

/** Records and starts one run; the same environment, job and due time give the same run. Returns its id. */
async function startJobRun(
  world: World,
  order: { environment: Environment; job: string; dueAt: Date; by: string },
): Promise<string> {
  const { environment, job, dueAt, by } = order;
  const id = newId();
  const run = await jobRuns.add(world, { id, environmentId: environment.id, job, dueAt, by });
  if (run?.state === 'waiting') {
    await world.engine.start(workflows.runJob, { id: `job-${run.id}`, input: { run: run.id } });
  }
  return run?.id ?? id;
}

/** A person asks for a run now. */
export async function runJobNow(
  world: World,
  order: { environment: Environment; job: string; by: string },
): Promise<string> {
  const config = await environments.config(world.db, order.environment.id);
  const known = Object.keys(config?.jobs ?? {});
  if (!known.includes(order.job)) throw unknownJob(order.environment, order.job, known);
  return startJobRun(world, { ...order, dueAt: world.clock.now() });
}

const unknownJob = (
  { app, name }: Environment,
  job: string,
  known: readonly string[],
): SignalboxError =>
  new SignalboxError({
    code: 'job/unknown',
    what: `${app}/${name} has no job called ${job}.`,
    fix: [
      known.length > 0
        ? `Its jobs: ${known.join(', ')}`
        : 'Add it under jobs in signalbox.yaml and push.',
    ],
  });

/** One run of one of the app's jobs, in the files and with the data of what serves now. */
export async function runJob(flow: Flow, world: World, input: { run: string }): Promise<void> {
  const started = await flow.step('start the job', () => start(world, input.run));
  if (started)
    await flow.step('wait for the job', () => finish(world, input.run, started.timeoutMs));
}

async function start(world: World, id: string): Promise<{ timeoutMs: number } | null> {
  const run = await jobRuns.get(world, id);
  const environment = run && (await environments.get(world.db, run.environmentId));
  const deploy = environment?.deployId ? await deploys.get(world.db, environment.deployId) : null;
  const config = environment && (await environments.config(world.db, environment.id));
  const job = run && config?.jobs[run.job];
  if (!run || !environment || !deploy || !config || !job) return skip(world, id);
  const { all } = await environmentVariables(world, { environment, config, commit: deploy.commit });
  await world.runtime.ensureJob({
    id: workloadOf(id),
    owner: names.owner(environment.id),
    isolation: names.isolation(environment.id),
    workspace: names.workspace(deploy.id),
    run: job.run,
    variables: all,
    size: settingsFor(config, environment).size ?? undefined,
    timeoutMs: job.timeoutMs,
  });
  await jobRuns.running(world, id);
  return { timeoutMs: job.timeoutMs };
}

async function skip(world: World, id: string): Promise<null> {
  await jobRuns.skipped(world, id);
  return null;
}

async function finish(world: World, id: string, timeoutMs: number): Promise<void> {
  const result = await world.runtime.finishedJob(workloadOf(id));
  const run = await jobRuns.get(world, id);
  const environment = run && (await environments.get(world.db, run.environmentId));
  if (!run || !environment) return;
  const tail = result.outcome === 'succeeded' ? null : await tailOf(world, environment, id);
  const ended = await jobRuns.end(world, id, {
    state: result.outcome,
    exitCode: result.exitCode,
    logTail: tail,
  });
  if (!ended) return;
  const how =
    result.outcome === 'succeeded' ? 'succeeded' : `failed: ${whyFailed(result, timeoutMs)}`;
  const text = `Job ${run.job} of ${environment.app}/${environment.name} ${how}`;
  await publish(world.db, {
    kind: 'job-ended',
    app: environment.app,
    environment: environment.id,
    text,
  });
}

async function tailOf(world: World, environment: Environment, id: string): Promise<string> {
  return withoutSecrets(
    await world.runtime.logTail(workloadOf(id), 30),
    await secretsOf(world, environment),
  );
}

export { jobRuns, type JobRun } from './job-run-tables.ts';
