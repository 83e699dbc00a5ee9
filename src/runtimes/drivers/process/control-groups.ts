import { readFileSync } from 'node:fs';
import { access, constants, mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Size } from '../../../kernel/job.ts';

/**
 * Where this machine lets us limit and find processes: folders for our groups, one per controller in
 * version 1, the same one for all in version 2. See cgroups(7).
 */
export interface ControlGroups {
  version: 1 | 2;
  memory: string | null;
  cpu: string | null;
  /** Its groups tell who belongs to a workload; nobody can leave them. */
  members: string;
}

/** The most processes and threads of one workload: enough for a big build, too few to choke the machine. */
const mostProcesses = 4096;
const cpuPeriodUs = 100_000;
const parent = 'signalbox';

/** null: the machine does not let us make groups. */
export async function findControlGroups(): Promise<ControlGroups | null> {
  if (process.getuid?.() !== 0) return null;
  const mounts = (await readFile('/proc/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => {
      const [, at = '', type = '', options = ''] = line.split(' ');
      return { at, type, options: options.split(',') };
    });
  const first = (controller: string): string | undefined =>
    mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller))?.at;
  const unified = mounts.find(({ type }) => type === 'cgroup2')?.at;
  return (await versionOne(first)) ?? (unified === undefined ? null : await versionTwo(unified));
}

async function versionOne(
  at: (controller: string) => string | undefined,
): Promise<ControlGroups | null> {
  const folder = async (controller: string): Promise<string | null> => {
    const root = at(controller);
    return root === undefined ? null : usableFolder(root);
  };
  const members = await folder('pids');
  if (members === null) return null;
  return { version: 1, memory: await folder('memory'), cpu: await folder('cpu'), members };
}

async function versionTwo(root: string): Promise<ControlGroups | null> {
  const members = await usableFolder(root);
  if (members === null) return null;
  const has = async (controller: string): Promise<string | null> => {
    await enable(root, controller);
    await enable(members, controller);
    const enabled = await readFile(join(members, 'cgroup.subtree_control'), 'utf8');
    return enabled.trim().split(' ').includes(controller) ? members : null;
  };
  await has('pids');
  return { version: 2, memory: await has('memory'), cpu: await has('cpu'), members };
}

/** Refused where the controller belongs to somebody else; then we do without. */
async function enable(group: string, controller: string): Promise<void> {
  await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`).catch(() => {});
}

async function usableFolder(root: string): Promise<string | null> {
  const folder = join(root, parent);
  try {
    await mkdir(folder, { recursive: true });
    await access(join(folder, 'cgroup.procs'), constants.W_OK);
    return folder;
  } catch {
    return null;
  }
}

/** The groups exist with these limits when it resolves: for the workload and beside it for its launcher. Repeatable. */
export async function makeGroups(
  groups: ControlGroups,
  key: string,
  size: Size | undefined,
): Promise<void> {
  const own = [...folders(groups).map((folder) => join(folder, key)), launcherGroup(groups, key)];
  await Promise.all(own.map((group) => mkdir(group, { recursive: true })));
  const limits = limitFiles(groups, key, size);
  for (const [file, value] of limits) await writeFile(file, value);
  // Not everywhere: the pids controller of version 2 may be missing, and swap may not be counted.
  for (const [file, value] of optionalFiles(groups, key, size)) {
    await writeFile(file, value).catch(() => {});
  }
}

/** The folders of all controllers, each once. */
const folders = ({ members, memory, cpu }: ControlGroups): string[] => [
  ...new Set([members, memory, cpu].filter((folder) => folder !== null)),
];

/** Where a process of the workload has to be put. */
export const workloadGroups = (groups: ControlGroups, key: string): string[] =>
  folders(groups).map((folder) => join(folder, key));

export const membersGroup = (groups: ControlGroups, key: string): string =>
  join(groups.members, key);

export const launcherGroup = (groups: ControlGroups, key: string): string =>
  join(groups.members, `${key}.launcher`);

function limitFiles(groups: ControlGroups, key: string, size: Size = {}): [string, string][] {
  const { memory, cpu, version } = groups;
  const files: [string, string][] = [];
  if (memory !== null && size.memoryBytes !== undefined) {
    const name = version === 1 ? 'memory.limit_in_bytes' : 'memory.max';
    files.push([join(memory, key, name), String(Math.max(4096, Math.floor(size.memoryBytes)))]);
  }
  if (cpu !== null && size.cpus !== undefined) {
    const quota = Math.max(1000, Math.round(size.cpus * cpuPeriodUs));
    if (version === 2) files.push([join(cpu, key, 'cpu.max'), `${quota} ${cpuPeriodUs}`]);
    else files.push([join(cpu, key, 'cpu.cfs_quota_us'), String(quota)]);
  }
  return files;
}

function optionalFiles(groups: ControlGroups, key: string, size: Size = {}): [string, string][] {
  const { members, memory, version } = groups;
  const files: [string, string][] = [[join(members, key, 'pids.max'), String(mostProcesses)]];
  if (memory !== null && size.memoryBytes !== undefined) {
    if (version === 2) files.push([join(memory, key, 'memory.swap.max'), '0']);
    else {
      const file = join(memory, key, 'memory.memsw.limit_in_bytes');
      files.push([file, String(Math.max(4096, Math.floor(size.memoryBytes)))]);
    }
  }
  return files;
}

/** Pids in a group; none when there is no such group. */
export function groupMembers(group: string): number[] {
  try {
    const text = readFileSync(join(group, 'cgroup.procs'), 'utf8');
    return text.split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Nobody in the group can start another process any more. */
export async function forbidForks(group: string): Promise<void> {
  await writeFile(join(group, 'pids.max'), '0').catch(() => {});
}

/** What a workload uses without the file cache the kernel would give back; null when nobody counts. */
export async function memoryUsed(groups: ControlGroups, key: string): Promise<number | null> {
  const { memory, version } = groups;
  if (memory === null) return null;
  const [usage, inactive] =
    version === 1
      ? (['memory.usage_in_bytes', 'total_inactive_file'] as const)
      : (['memory.current', 'inactive_file'] as const);
  try {
    const used = Number(await readFile(join(memory, key, usage), 'utf8'));
    const stat = await readFile(join(memory, key, 'memory.stat'), 'utf8');
    const idle = Number(new RegExp(`^${inactive} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
    return Math.max(0, used - idle);
  } catch {
    return null;
  }
}

/** The emptied groups are gone when it resolves. Rejects with EBUSY where somebody has come into one. Repeatable. */
export async function removeGroups(groups: ControlGroups, key: string): Promise<void> {
  const own = [...workloadGroups(groups, key), launcherGroup(groups, key)];
  await Promise.all(own.map(removeGroup));
}

async function removeGroup(group: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rmdir(group);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      // A launcher is about to leave; or the last process has ended, and the kernel of a busy machine takes its time.
      const mostAttempts = groupMembers(group).length > 0 ? 50 : 1_000;
      if (code !== 'EBUSY' || attempt >= mostAttempts) throw error;
      await pause(5);
    }
  }
}

/** Keys of all groups of one place. */
export async function groupKeys(groups: ControlGroups, place: string): Promise<string[]> {
  const found = await Promise.all(folders(groups).map((folder) => readdir(folder)));
  const ours = found.flat().filter((name) => name.startsWith(`${place}.`));
  return [...new Set(ours.map((name) => name.replace(/\.launcher$/, '')))];
}
