import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Fence } from '../../../kernel/fence.ts';
import type { Workload } from '../../../kernel/job.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { launcherGroup, makeGroups, membersGroup, workloadGroups } from './control-groups.ts';
import { fenceDirectory, fenced } from './fences.ts';
import { claimOf, startKey } from './generation.ts';
import { isolationOf } from './isolation.ts';
import { systemPath, type Machine } from './machine.ts';
import { disguised, workloadVariables } from './variables.ts';
import { workloadDirectory, type WorkloadRecord } from './workload.ts';
import { workspaceFiles } from './workspaces.ts';

export const launcherScript = fileURLToPath(new URL('./launcher.sh', import.meta.url));

export interface Launch {
  record: WorkloadRecord;
  spec: Workload;
  generation: number;
  fence: Fence | undefined;
  restarts: number;
  /** Of a job. */
  timeoutMs: number | null;
}

/**
 * A launcher has started the command when it resolves, or somebody else's launcher of the same generation was first.
 * The launcher is nobody's child in any way that matters: it has a session of its own and no pipe to us.
 */
export async function launch(machine: Machine, asked: Launch): Promise<void> {
  const { record, generation, fence } = asked;
  const key = startKey(machine, record.id, generation);
  const directory = workloadDirectory(machine, record.id);
  const env = launcherVariables(machine, asked, key);
  if (machine.groups) await makeGroups(machine.groups, key, asked.spec.size);
  const log = await open(join(directory, 'log'), 'a');
  try {
    const child = start(record.id, () =>
      spawn('/bin/sh', [launcherScript, record.kind, directory, String(generation)], {
        detached: true,
        cwd: workspaceFiles(machine, record.workspace),
        env,
        stdio: ['ignore', log.fd, log.fd, 'pipe'],
      }),
    );
    const ended = once(child, 'exit');
    // `begun` says what is wrong; nobody may be waiting for this yet when it fails.
    ended.catch(() => undefined);
    await begun(record.id, child);
    child.unref();
    if (await claimOf(machine, record.id, generation)) return;
    await ended;
    if (child.exitCode === launcherFenced && fence) throw fenced(fence, null);
    throw cannotStart(record.id, `Its launcher ended with exit code ${child.exitCode}.`);
  } finally {
    await log.close();
  }
}

const launcherFenced = 4;

function launcherVariables(
  machine: Machine,
  { record, spec, fence, restarts, timeoutMs }: Launch,
  key: string,
): Record<string, string> {
  const port = record.port === null ? {} : { PORT: String(record.port) };
  return {
    ...commonVariables(machine, { key, number: record.number, run: spec.run }),
    ...givenVariables(machine, {
      key,
      number: record.number,
      variables: { ...spec.variables, ...port },
    }),
    launch_fence: fence ? fenceDirectory(machine.place.fences, fence) : '',
    launch_epoch: String(fence?.epoch ?? 0),
    launch_restarts: String(restarts),
    launch_limit: timeoutMs === null ? '' : (timeoutMs / 1000).toFixed(3),
  };
}

/** What every launcher needs to know; it sees no variable of ours and none of the workload's under its own name. */
export function commonVariables(
  { groups, users }: Machine,
  { key, number, run }: { key: string; number: number; run: string },
): Record<string, string> {
  return {
    PATH: systemPath,
    SIGNALBOX_LAUNCHER: key,
    launch_run: run,
    launch_uid: users ? String(number) : '',
    launch_groups: groups ? workloadGroups(groups, key).join(' ') : '',
    launch_group: groups ? membersGroup(groups, key) : '',
    launch_own_group: groups ? launcherGroup(groups, key) : '',
    launch_fence: '',
    launch_epoch: '0',
    launch_restarts: '0',
    launch_limit: '',
  };
}

export function givenVariables(
  machine: Machine,
  of: { key: string; number: number; variables: Readonly<Record<string, string>> },
): Record<string, string> {
  const { home, temporary } = isolationOf(machine, of.number);
  const all = workloadVariables(of.variables, { path: machine.path, home, temporary });
  return disguised({ ...all, SIGNALBOX_WORKLOAD: of.key });
}

/** A process that could not even be made is our caller's trouble, not a crash. */
export function start(id: string, make: () => ChildProcess): ChildProcess {
  try {
    return make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'E2BIG') throw cannotStart(id, String(error));
    throw new SignalboxError({
      code: 'runtime/variables-too-large',
      what: `Cannot start ${id}: its variables are too large together.`,
      why: 'Linux passes at most about 2 MB of variables to a process.',
      fix: ['Write long contents to a file and pass its name.'],
    });
  }
}

/** The launcher closes descriptor 3 once the command runs, or by ending. */
export function begun(id: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(cannotStart(id, error.message)));
    const signal = child.stdio[3] as Readable | null | undefined;
    signal?.once('close', () => resolve());
    signal?.once('error', () => resolve());
    signal?.resume();
  });
}

const cannotStart = (id: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'runtime/cannot-start',
    what: `Cannot start ${id}.`,
    why,
    fix: ['Look whether the machine is short of memory, processes or disk space, then try again.'],
  });
