import { shortened } from './shortened.ts';
import { mostFailures, type TestCounts } from './test-counts.ts';

export interface ReportedTest {
  name: string;
  suite: string;
  outcome: 'passed' | 'failed' | 'skipped';
  durationMs: number;
  message: string;
}

/** A day and a half: what claims to have taken longer has counted in other units. */
const longestMs = 36 * 3_600_000;

/** Counts one test; texts are shortened here. */
export function addTest(counts: TestCounts, test: ReportedTest): void {
  counts.total += 1;
  counts[test.outcome] += 1;
  if (test.durationMs > 0 && test.durationMs <= longestMs) counts.durationMs += test.durationMs;
  if (test.outcome !== 'failed' || counts.failures.length >= mostFailures) return;
  const { name, suite, message } = test;
  counts.failures.push({
    name: shortened(name, 200),
    suite: shortened(suite, 200),
    message: shortened(message, 500),
  });
}

/** Whole milliseconds: sums of fractions would show digits that nobody measured. */
export const rounded = (counts: TestCounts): TestCounts => ({
  ...counts,
  durationMs: Math.round(counts.durationMs),
});
