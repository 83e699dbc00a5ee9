import { mostFailures, type TestCounts } from './test-counts.ts';

/** The sum of both; the failures of the first one come first. Neither is changed. */
export function mergeCounts(one: TestCounts, other: TestCounts): TestCounts {
  return {
    total: one.total + other.total,
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    durationMs: one.durationMs + other.durationMs,
    failures: [...one.failures, ...other.failures].slice(0, mostFailures),
  };
}
