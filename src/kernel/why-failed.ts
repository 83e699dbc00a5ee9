import type { JobResult } from './job.ts';

/** How a job ended, in words. */
export function whyFailed({ outcome, exitCode }: JobResult, timeoutMs: number): string {
  switch (outcome) {
    case 'timed-out':
      return `it took longer than ${timeoutMs / 1000} s`;
    case 'stopped':
      return 'it was stopped';
    case 'lost':
      return 'it was lost: the machine stopped, or somebody killed it';
    case 'failed':
    case 'succeeded':
      return `exit code ${exitCode}`;
  }
}
