import { readTapLine } from './tap-line.ts';
import { readTap } from './read-tap.ts';
import { mostReportBytes, type TestCounts } from './test-counts.ts';

/**
 * The results of tests that wrote TAP into a job's log, among other lines. null: there is none that can be trusted. It needs
 * a line `TAP version` or, where the log begins after that, a plan that is kept; `ok` alone is what many programs say.
 */
export function findTap(log: string): TestCounts | null {
  const text = log.slice(-mostReportBytes);
  const version = /^TAP version 1[2-4]\r?$/m.exec(text);
  const report = readTap(version ? text.slice(version.index) : text);
  if (!('counts' in report) || report.counts.total === 0) return null;
  return version || keepsItsPlan(text) ? report.counts : null;
}

function keepsItsPlan(text: string): boolean {
  let [planned, seen, plans] = [0, 0, 0];
  for (const written of text.split('\n')) {
    const line = readTapLine(written);
    if (line?.kind === 'plan' && line.depth === 0) {
      planned += line.tests;
      plans += 1;
    }
    if (line?.kind === 'test' && line.depth === 0) seen += 1;
  }
  return plans > 0 && seen > 0 && seen === planned;
}
