import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';

const run = promisify(execFile);

/** Where administrators' programs are; not everybody's PATH has them. */
const otherFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const oldest = [2, 6] as const;

/**
 * The absolute path of a HAProxy that can do what we need. Refuses with `gateway/no-haproxy` and
 * `gateway/old-haproxy`.
 */
export async function haproxyProgram(name: string): Promise<string> {
  const path = find(name);
  const facts = path === undefined ? '' : await factsOf(path);
  const [, major, minor] = /version (\d+)\.(\d+)/i.exec(facts) ?? [];
  if (path === undefined || major === undefined) throw noHaproxy(name);
  const isOld =
    Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]);
  const lacks = ['LUA', 'OPENSSL'].filter((feature) => !facts.includes(`+${feature}`));
  if (isOld || lacks.length > 0) throw tooLittle(path, `${major}.${minor}`, lacks);
  return path;
}

function find(name: string): string | undefined {
  if (name.includes('/')) return isAbsolute(name) && canRun(name) ? name : undefined;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...otherFolders];
  return folders
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find(canRun);
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function factsOf(path: string): Promise<string> {
  try {
    return (await run(path, ['-vv'], { timeout: 10_000 })).stdout;
  } catch {
    return '';
  }
}

function noHaproxy(name: string): SignalboxError {
  return new SignalboxError({
    code: 'gateway/no-haproxy',
    what: 'The gateway did not start: there is no HAProxy.',
    why: `"${name}" is no program here that says it is HAProxy.`,
    fix: [
      'Install it: apt-get install haproxy (its own service may stay off)',
      'Or use the embedded gateway: leave --gateway-driver away.',
    ],
  });
}

function tooLittle(path: string, version: string, lacks: readonly string[]): SignalboxError {
  return new SignalboxError({
    code: 'gateway/old-haproxy',
    what: `The gateway did not start: the HAProxy at ${path} cannot do what is needed.`,
    why:
      lacks.length === 0
        ? `It is version ${version}; ${oldest.join('.')} or later is needed.`
        : `It was built without ${lacks.join(' and ')}.`,
    fix: [
      "Install your distribution's package of HAProxy 2.6 or later: Debian's and Ubuntu's have all.",
      'Or use the embedded gateway: leave --gateway-driver away.',
    ],
  });
}
