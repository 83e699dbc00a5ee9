import { SignalboxError } from '../../../kernel/signalbox-error.ts';

/** What a job packs, by name: relative paths that stay in the workspace. Throws `runtime/bad-collect-path`. */
export function checkedPaths(
  collect: Readonly<Record<string, readonly string[]>>,
): Map<string, readonly string[]> {
  const entries = Object.entries(collect);
  return new Map(entries.map(([name, paths]) => [name, paths.map(checkedPath)]));
}

/** With each / once and none at the end. A name may begin with a dash: no program gets it as an argument of its own. */
function checkedPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path === '' || path.startsWith('/')) throw badPath(path, 'It does not lie in the workspace.');
  if (parts.includes('..')) throw badPath(path, 'It leads out of the workspace.');
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\x00-\x1f\x7f]/.test(path)) throw badPath(path, 'It contains control characters.');
  return parts.join('/') || '.';
}

const badPath = (path: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'runtime/bad-collect-path',
    what: `The path ${JSON.stringify(path.slice(0, 200))} cannot be kept.`,
    why,
    fix: ['Name files and directories relative to the top of the repository, without "..".'],
  });
