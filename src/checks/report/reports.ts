import type { LoadResult } from './load-result.ts';
import type { TestCounts } from './test-counts.ts';

/** What a job has left for us to read. */
export interface Reports {
  tests: TestCounts;
  load: LoadResult | null;
  /** In words for people: what could not be read and is not counted. */
  problems: string[];
}

export interface ReportOptions {
  /** Older reports count as left over from before the job, such as samples in the repository. */
  since?: Date | undefined;
  /** What the job has said; TAP in it counts where there are no reports of tests. */
  log?: string | undefined;
}
