import { junitReader } from './junit-reader.ts';
import { readXml } from './read-xml.ts';
import { mostReportBytes, mostTests, type TestReport } from './test-counts.ts';
import { rounded } from './test-tally.ts';

/**
 * Reads a JUnit XML report in any of the dialects in use: what surefire, Gradle, pytest, jest-junit, go-junit-report,
 * GoogleTest, PHPUnit, Playwright and node:test write. Pure; says what is wrong with a report instead of throwing.
 */
export function readJunit(text: string): TestReport {
  if (text.length > mostReportBytes)
    return { problem: `it has more than ${mostReportBytes} bytes` };
  const reader = junitReader();
  const problem = readXml(text, reader);
  if (reader.isOther()) return { problem: `it is not a JUnit report: ${problem}`, isOther: true };
  if (problem !== null) return { problem: `it is not whole XML: ${problem}` };
  const counts = reader.counts();
  if (counts.total > mostTests) return { problem: `it counts more than ${mostTests} tests` };
  return { counts: rounded(counts) };
}
