import { collectReports, type ReportedJob } from '../checks/report/collect-reports.ts';
import type { LoadResult } from '../checks/report/load-result.ts';
import type { Reports } from '../checks/report/reports.ts';
import { shortened } from '../checks/report/shortened.ts';
import type { TestCounts } from '../checks/report/test-counts.ts';
import type { Environment } from '../environments/environment.ts';
import { withoutSecrets } from '../environments/secret.ts';
import { secretsOf } from '../environments/variables.ts';
import type { World } from '../environments/world.ts';
import { testEvidence } from './evidence-tables.ts';
import { keptLoad } from './kept-load.ts';
import type { StageAt } from './tables.ts';

/** A test that has ended, and whose workspace is still there. */
export interface EndedTest extends ReportedJob {
  name: string;
  environment: Environment;
  /** What was measured elsewhere counts instead of the result it leaves. */
  load?: LoadResult | null | undefined;
}

const mostWords = 300;

/**
 * What a test has left (JUnit, TAP, a load result), however it ended, is in its row and returned. Nothing a test leaves
 * can fail the stage: what cannot be read is a problem in words. Repeatable, until the workspace is removed.
 */
export async function noteReports(
  world: World,
  at: StageAt,
  { name, environment, load: measured, ...job }: EndedTest,
): Promise<Reports> {
  const reports = await collectReports(world.runtime, job);
  const secret = await secretsOf(world, environment);
  const clean = (text: string): string => withoutSecrets(text, secret);
  const failures = reports.tests.failures.map((failure) => ({
    name: clean(failure.name),
    suite: clean(failure.suite),
    message: clean(failure.message),
  }));
  const tests = { ...reports.tests, failures };
  const load = measured ?? reports.load;
  await testEvidence.note(world.db, at, {
    name,
    tests: tests.total > 0 ? tests : null,
    failures,
    load: load && keptLoad(load),
  });
  return { ...reports, load, tests, problems: reports.problems.map(clean) };
}

/** `, 2 of 40 tests failed, 1 skipped`; nothing where no report was left. */
export function countsInWords({ total, failed, skipped }: TestCounts): string {
  if (total === 0) return '';
  const tests = total === 1 ? '1 test' : `${total} tests`;
  const failing = failed > 0 ? `${failed} of ${tests} failed` : tests;
  return `, ${failing}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

const mostNamed = 5;

/** `: "adds a price", "shows it" and 3 more`; nothing where none is known by name. */
export function failuresInWords({
  failed,
  failures,
}: Pick<TestCounts, 'failed' | 'failures'>): string {
  if (failures.length === 0) return '';
  const named = failures.slice(0, mostNamed).map(({ suite, name }) => {
    const whole = suite === '' || name.includes(suite) ? name : `${suite}: ${name}`;
    return `"${shortened(whole.replaceAll(/\s+/g, ' '), mostWords)}"`;
  });
  const more = Math.max(failed, failures.length) - named.length;
  return `: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
