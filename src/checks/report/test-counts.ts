/** What the tests of one or more reports came to. */
export interface TestCounts {
  total: number;
  passed: number;
  failed: number;
  /** Also what is still to be done: TAP's TODO, failing or not. */
  skipped: number;
  /** The sum of the tests' own times; tests that ran side by side took less by the clock. */
  durationMs: number;
  /** The first ones, at most `mostFailures`; `failed` counts all. */
  failures: TestFailure[];
}

/** Shortened, and safe to store and to print. */
export interface TestFailure {
  name: string;
  /** Where the test belongs: a class, a file, a group; '' where nothing says so. */
  suite: string;
  message: string;
}

/** A report that could be read, or why it could not. `isOther`: it is something else, whole perhaps, and no report. */
export type TestReport = { counts: TestCounts } | { problem: string; isOther?: true };

export const mostFailures = 20;
/** Of one report. More is no test run but an attack on the reader. */
export const mostTests = 200_000;
/** Of the text of one report. */
export const mostReportBytes = 10 * 1024 * 1024;

export const noTests = (): TestCounts => ({
  total: 0,
  passed: 0,
  failed: 0,
  skipped: 0,
  durationMs: 0,
  failures: [],
});
