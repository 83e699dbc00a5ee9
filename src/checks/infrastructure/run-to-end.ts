import type { Fence } from '../../kernel/fence.ts';
import type { JobResult, Jobs, JobSpec, Size } from '../../kernel/job.ts';

/** Where jobs of checks run: inside the environment, among its own files. */
export interface Ground {
  jobs: Jobs;
  order: {
    owner: string;
    isolation: string;
    /** It must exist. */
    workspace: string;
    variables: Readonly<Record<string, string>>;
    size?: Size | undefined;
    fence?: Fence | undefined;
  };
  /** Ends the waiting, not the job. */
  signal: AbortSignal;
}

/**
 * The job has run once and nothing of it is left when it resolves. A call that was cut off is mended by the
 * next one: it joins the job, or runs it again when only its answer was lost.
 */
export async function runToEnd(
  { jobs, order, signal }: Ground,
  job: Pick<JobSpec, 'id' | 'run' | 'timeoutMs' | 'variables'>,
  tailLines: number,
): Promise<{ result: JobResult; output: string }> {
  const { owner, isolation, workspace, size, fence } = order;
  signal.throwIfAborted();
  await jobs.ensureJob({ ...job, owner, isolation, workspace, size }, fence);
  const result = await jobs.finishedJob(job.id, signal);
  const output = await jobs.logTail(job.id, tailLines);
  await jobs.forget(job.id);
  return { result, output };
}
