import { findTap } from './find-tap.ts';
import { mergeCounts } from './merge-counts.ts';
import type { ReportOptions, Reports } from './reports.ts';
import { readJunit } from './read-junit.ts';
import { readLoadResult } from './read-load-result.ts';
import { readTap } from './read-tap.ts';
import { readTar, type TarFile } from './read-tar.ts';
import { type ReportKind, reportKind } from './report-paths.ts';
import { reportText } from './report-text.ts';
import { shortened } from './shortened.ts';
import { mostReportBytes, noTests } from './test-counts.ts';

const mostReports = 1000;
const mostBytes = 40 * 1024 * 1024;
const mostProblems = 20;

/** What readReports does, in whichever thread it is called. */
export async function readArchive(
  tarFile: string | null,
  { since, log = '' }: ReportOptions,
): Promise<Reports> {
  const reports: Reports = { tests: noTests(), load: null, problems: [] };
  if (tarFile !== null) await addArchive(reports, tarFile, since);
  if (reports.tests.total > 0) return reports;
  return { ...reports, tests: findTap(log) ?? reports.tests };
}

async function addArchive(
  reports: Reports,
  tarFile: string,
  since: Date | undefined,
): Promise<void> {
  const note = (problem: string): void => {
    if (reports.problems.length < mostProblems) reports.problems.push(problem);
  };
  // Archives know whole seconds only.
  const oldestMs = since ? Math.floor(since.getTime() / 1000) * 1000 : -Infinity;
  let [count, bytes] = [0, 0];
  for await (const entry of readTar(tarFile)) {
    if ('problem' in entry) {
      note(`The job's reports cannot be read to their end: ${entry.problem}.`);
      break;
    }
    const kind = reportKind(entry.name);
    if (kind === null || entry.modifiedAt.getTime() < oldestMs) continue;
    if (entry.bytes > mostReportBytes) {
      note(`${shownName(entry.name)}: it has more than ${mostReportBytes} bytes.`);
      continue;
    }
    count += 1;
    bytes += entry.bytes;
    if (count > mostReports || bytes > mostBytes) {
      note(`More than ${mostReports} reports or ${mostBytes} bytes: the rest is not read.`);
      break;
    }
    const problem = await addReport(reports, kind, entry);
    if (problem !== null) note(`${shownName(entry.name)}: ${problem}.`);
  }
}

/** As the job knows it, not as it was packed. */
const shownName = (name: string): string =>
  shortened(name.replace(/^(?:\.\/)*(?:\.signalbox-reports\/[\w-]+\/)?(?:\.\/)*/, ''), 200);

/** null: it was counted, or is nothing to count. */
async function addReport(
  reports: Reports,
  kind: ReportKind,
  entry: TarFile,
): Promise<string | null> {
  const text = reportText(await entry.contents());
  if (kind === 'load') {
    const reading = readLoadResult(text);
    if ('problem' in reading) return reading.problem;
    if (reports.load) return 'there is another load result already, which counts';
    reports.load = reading.load;
    return null;
  }
  const report = kind === 'tap' ? readTap(text) : readJunit(text);
  // Coverage and the like lie in the same folders.
  if ('problem' in report) return report.isOther && kind === 'junit' ? null : report.problem;
  reports.tests = mergeCounts(reports.tests, report.counts);
  return null;
}
