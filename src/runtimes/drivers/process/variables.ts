import { delimiter, isAbsolute, sep } from 'node:path';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';

/** Longest `NAME=value` the kernel passes on: MAX_ARG_STRLEN, 32 pages, with room for our prefix. */
const longestBytes = 131_072 - 64;

export interface Surroundings {
  path: string;
  home: string;
  temporary: string;
}

/** The whole environment of a workload: what it was given, and PATH, HOME, TMPDIR and LANG where absent. */
export function workloadVariables(
  given: Readonly<Record<string, string>>,
  { path, home, temporary }: Surroundings,
): Record<string, string> {
  const absent = { PATH: path, HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8' };
  const all = { ...absent, ...given };
  for (const [name, value] of Object.entries(all)) refuseUnusable(name, value);
  return all;
}

/**
 * The same for the launcher's own environment, where no name means anything to a shell or to the dynamic linker.
 * Shorter names come first: a variable that is itself called given_X may then not overwrite what X is to become.
 */
export function disguised(variables: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(variables).sort((one, other) => one.length - other.length);
  const given = Object.entries(variables).map(([name, value]) => [`given_${name}`, value]);
  return { ...Object.fromEntries(given), launch_names: names.join(' ') };
}

/** The controller's PATH without what npm puts in front of it. */
export function defaultPath(path = process.env['PATH'] ?? ''): string {
  const usable = (entry: string): boolean =>
    isAbsolute(entry) && !entry.split(sep).includes('node_modules');
  return path.split(delimiter).filter(usable).join(delimiter) || '/usr/local/bin:/usr/bin:/bin';
}

function refuseUnusable(name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw unusable(name, 'Names consist of letters, digits and _, and do not begin with a digit.');
  }
  if (value.includes('\0')) throw unusable(name, 'Its value contains a NUL character.');
  if (Buffer.byteLength(name) + Buffer.byteLength(value) > longestBytes) {
    throw unusable(name, 'It is longer than 128 KB, the most that Linux passes to a process.');
  }
}

const unusable = (name: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'runtime/bad-variable',
    what: `The variable ${JSON.stringify(name.slice(0, 100))} cannot be given to a process.`,
    why,
    fix: ['Change the variable, or write long or binary contents to a file and pass its name.'],
  });
