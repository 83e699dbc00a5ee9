import { execFile } from 'node:child_process';
import { constants, access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { Limits } from '../../runtime.ts';
import { findControlGroups, type ControlGroups } from './control-groups.ts';
import { preparePlace, refuseUnreachable, type Place } from './place.ts';
import { defaultPath } from './variables.ts';

export interface Range {
  from: number;
  to: number;
}

/** What the runtime works with: its place on disk and what this machine can enforce. */
export interface Machine {
  place: Place;
  groups: ControlGroups | null;
  /** The numbers that isolations run under as users; null: all run as the controller's user. */
  users: Range | null;
  ports: Range;
  /** PATH of workloads that bring none. */
  path: string;
}

export interface ProcessRuntimeOptions {
  directory: string;
  ports?: Range;
  path?: string;
}

/** Where our own tools are looked for: never where a workload could put something. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Below the 2,097,151 that a classic tar header holds, above accounts people make. Where a container maps fewer
 * users, the highest of those it usually maps.
 */
const userRanges: readonly Range[] = [
  { from: 1_100_000, to: 2_000_000 },
  { from: 20_000, to: 60_000 },
];

/** Below the ports the kernel gives to outgoing connections. */
const defaultPorts: Range = { from: 20_000, to: 29_999 };

/** Throws `runtime/needs-linux`, `runtime/needs-tools`, `runtime/cannot-drop-root`, `runtime/directory-unreachable`. */
export async function prepareMachine(options: ProcessRuntimeOptions): Promise<Machine> {
  if (process.platform !== 'linux') throw needsLinux();
  for (const tool of ['tar', 'du', 'rm', 'ln', 'grep', 'sleep', 'xargs']) await neededTool(tool);
  const place = await preparePlace(options.directory);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await refuseUnreachable(place.root);
  return {
    place,
    groups: await findControlGroups(),
    users: isRoot ? await findUsers() : null,
    ports: options.ports ?? defaultPorts,
    path: options.path ?? defaultPath(),
  };
}

/** The absolute path of a program of the system, or null. */
export async function systemTool(name: string): Promise<string | null> {
  for (const folder of systemPath.split(delimiter)) {
    const found = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return join(folder, name);
  }
  return null;
}

/** Throws `runtime/needs-tools` where it is absent. */
export async function neededTool(name: string): Promise<string> {
  const found = await systemTool(name);
  if (found !== null) return found;
  throw new SignalboxError({
    code: 'runtime/needs-tools',
    what: `Cannot run workloads: this machine has no ${name}.`,
    why: 'Signalbox uses the usual tools of a Linux system (coreutils, findutils, grep, tar, util-linux).',
    fix: ['Install the package of your system that contains it.'],
  });
}

/** The command line that runs another one as an isolation's user and unable to get its rights back. */
export function asUser(uid: number | null, command: readonly string[]): [string, string[]] {
  const [program = '', ...args] = command;
  if (uid === null) return [program, args];
  const caps = ['--inh-caps=-all', '--bounding-set=-all'];
  const ids = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'];
  return ['setpriv', [...ids, ...caps, '--', ...command]];
}

async function findUsers(): Promise<Range> {
  await neededTool('setpriv');
  let why = '';
  for (const range of userRanges) {
    const [program, args] = asUser(range.to, ['true']);
    try {
      await promisify(execFile)(program, args, { env: { PATH: systemPath }, cwd: '/' });
      return range;
    } catch (error) {
      why = (error as Error).message.trim().split('\n').at(-1) ?? '';
    }
  }
  throw new SignalboxError({
    code: 'runtime/cannot-drop-root',
    what: 'Cannot run workloads: as root, Signalbox may not start them as other users here.',
    why: `setpriv said: ${why}`,
    fix: [
      'start Signalbox as an ordinary user',
      'or give its container the capabilities SETUID, SETGID and SETPCAP',
    ],
  });
}

const needsLinux = (): SignalboxError =>
  new SignalboxError({
    code: 'runtime/needs-linux',
    what: `The process runtime does not work on ${process.platform}.`,
    why: 'It finds processes again by what Linux tells in /proc.',
    fix: ['Run Signalbox on Linux, for example in a virtual machine or a container.'],
  });

export function limitsOf({ groups, users }: Machine): Limits {
  const memory = groups !== null && groups.memory !== null;
  const cpu = groups !== null && groups.cpu !== null;
  const notes = [
    memory || cpu ? [] : [withoutLimits(groups)],
    memory === cpu ? [] : [`This machine limits only ${memory ? 'memory' : 'CPU'}.`],
    groups
      ? []
      : ['A process that hides from its parent and clears its environment may outlive it.'],
    users ? [] : ['Environments run as one user and can see each other’s files and processes.'],
  ].flat();
  return { memory, cpu, users: users !== null, note: notes.join(' ') || null };
}

const withoutLimits = (groups: ControlGroups | null): string =>
  groups
    ? 'Memory and CPU limits are not enforced: another program owns these controllers of the control groups.'
    : `Memory and CPU limits are not enforced: ${
        process.getuid?.() === 0
          ? 'the control groups of this machine are read-only'
          : 'only root may make control groups'
      }.`;
