import type { Jobs } from '../../kernel/job.ts';

const never = async (): Promise<never> => {
  throw new Error('Nothing here needs a job.');
};

/** For checks that the controller asks itself. */
export const noJobs: Jobs = {
  ensureWorkspace: never,
  removeWorkspace: never,
  ensureJob: never,
  finishedJob: never,
  stopJob: never,
  logTail: never,
  forget: never,
};
