import type { Check } from '../config/config.ts';
import type { Database } from '../db/pool.ts';
import { shortHash } from '../kernel/id.ts';
import type { JobResult, Jobs } from '../kernel/job.ts';
import type { CheckResult } from './check.ts';
import { checks as table } from './tables.ts';

export interface CheckYard {
  db: Database;
  jobs: Jobs;
}

export interface CheckOrder {
  appId: string;
  app: string;
  commit: string;
  /** Names this attempt: a failed check runs again on the next push of the same commit. */
  push: string;
  checks: Readonly<Record<string, Check>>;
  /** Tar of the commit's files, and of the build's cached paths where there are any. */
  archives: readonly string[];
  variables: Readonly<Record<string, string>>;
}

const tailLines = 30;

/**
 * All checks run side by side, each as a job in a clean checkout of its own, when it resolves. What has
 * passed on this commit before is not run again. Repeatable.
 */
export async function startChecks(yard: CheckYard, order: CheckOrder): Promise<void> {
  await Promise.all(
    Object.entries(order.checks).map(async ([name, check]) => {
      const { appId, commit } = order;
      const job = `check-${shortHash(`${order.push} ${name}`, 16)}`;
      const begun = await table.begin(yard.db, { appId, commit, name, job });
      if (begun?.state !== 'running') return;
      await startCheck(yard, order, { id: begun.job, check });
    }),
  );
}

async function startCheck(
  yard: CheckYard,
  order: CheckOrder,
  { id, check }: { id: string; check: Check },
): Promise<void> {
  const place = { owner: `check:${id}`, isolation: id };
  await yard.jobs.ensureWorkspace({ id, archives: order.archives, ...place });
  await yard.jobs.ensureJob({
    id,
    ...place,
    workspace: id,
    run: check.run,
    variables: order.variables,
    timeoutMs: check.timeoutMs,
  });
}

/** Resolves with every check's result once all have ended. Repeatable. Abort ends the waiting only. */
export async function finishChecks(
  yard: CheckYard,
  order: CheckOrder,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const started = await table.of(yard.db, order.appId, order.commit);
  const asked = started.filter(({ name }) => name in order.checks);
  return Promise.all(asked.map((check) => finishCheck(yard, order, { check, signal })));
}

async function finishCheck(
  yard: CheckYard,
  { appId, commit }: CheckOrder,
  { check, signal }: { check: CheckResult; signal: AbortSignal },
): Promise<CheckResult> {
  if (check.state !== 'running') return check;
  const result = await yard.jobs.finishedJob(check.job, signal);
  const end = {
    state: stateFor(result),
    exitCode: result.exitCode,
    logTail: result.outcome === 'succeeded' ? null : await yard.jobs.logTail(check.job, tailLines),
  };
  await table.end(yard.db, { appId, commit, name: check.name }, end);
  await yard.jobs.removeWorkspace(check.job);
  return { ...check, ...end, startedAt: result.startedAt, endedAt: result.endedAt };
}

function stateFor({ outcome }: JobResult): CheckResult['state'] {
  switch (outcome) {
    case 'succeeded':
      return 'passed';
    case 'timed-out':
      return 'timed-out';
    case 'stopped':
      return 'stopped';
    case 'failed':
    case 'lost':
      return 'failed';
  }
}

/** Ends the running checks of a commit nobody waits for any more. Repeatable. */
export async function stopChecks(yard: CheckYard, order: CheckOrder): Promise<void> {
  const started = await table.of(yard.db, order.appId, order.commit);
  for (const check of started.filter(({ state }) => state === 'running')) {
    await yard.jobs.stopJob(check.job);
    const end = { state: 'stopped' as const, exitCode: null, logTail: null };
    await table.end(yard.db, { ...order, name: check.name }, end);
    await yard.jobs.removeWorkspace(check.job);
  }
}

/** Forgets the logs of checks that ended before. The results stay. Repeatable. */
export async function sweepChecks(yard: CheckYard, endedBefore: Date): Promise<void> {
  for (const { job } of await table.endedBefore(yard.db, endedBefore)) await yard.jobs.forget(job);
}
