/** The result of one check on one commit, whichever branch it was pushed to. */
export interface CheckResult {
  name: string;
  job: string;
  state: 'running' | 'passed' | 'failed' | 'timed-out' | 'stopped';
  exitCode: number | null;
  startedAt: Date;
  endedAt: Date | null;
  /** The end of its log, when it did not pass. */
  logTail: string | null;
}

export { checks } from './tables.ts';
