/**
 * What to give to `collect` of a test job: whole names, because a runtime packs paths as they are written, without
 * patterns. Missing ones are left out. `collectReports` finds more.
 */
export const reportPaths: readonly string[] = [
  'reports',
  'test-results',
  'test-reports',
  'junit',
  'junit.xml',
  'test-results.xml',
  'load-result.json',
  'results.tap',
  'tap',
  'target/surefire-reports',
  'target/failsafe-reports',
  'build/test-results',
];

export type ReportKind = 'junit' | 'tap' | 'load';

/** What a file is by its place; null: no report. Whether it really is one, its text says. */
export function reportKind(path: string): ReportKind | null {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.pop() ?? '';
  if (parts.some((part) => neverIn.has(part))) return null;
  if (name === 'load-result.json' || (name === 'load.json' && parts.at(-1) === 'reports'))
    return 'load';
  if (name.endsWith('.tap')) return 'tap';
  if (!name.endsWith('.xml')) return null;
  const isNamed = /^(junit|TEST-|test-results?\.|.*junit\.xml$)/.test(name);
  return isNamed || parts.some((part) => reportFolders.has(part)) ? 'junit' : null;
}

/** Programs bring samples of their own. */
const neverIn = new Set(['node_modules', '.git', 'vendor', 'site-packages']);

const reportFolders = new Set([
  'reports',
  'test-results',
  'test-reports',
  'junit',
  'surefire-reports',
  'failsafe-reports',
]);
