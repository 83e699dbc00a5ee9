import type { Runtime } from '../../runtime.ts';
import { withClearTroubles } from './disk-full.ts';
import { passFence } from './fences.ts';
import { forget } from './forget.ts';
import { holdingsOf, isRunning } from './holdings.ts';
import { ensureInstance, instance, stopInstance } from './instances.ts';
import { ensureJob, finishedJob, stopJob } from './jobs.ts';
import { logTail, readPiece } from './logs.ts';
import { limitsOf, prepareMachine, type Machine, type ProcessRuntimeOptions } from './machine.ts';
import { tend } from './tend.ts';
import { openTerminal } from './terminals.ts';
import { knownWorkload } from './workload.ts';
import { ensureWorkspace, removeWorkspace } from './workspaces.ts';

/**
 * Workloads as plain processes of this machine. All state is below `directory`, which several controllers of the
 * machine may share; one that comes back finds everything again. Calling it twice is safe. Where we are root, each
 * isolation has a user of its own, and control groups limit workloads and find all of a workload's descendants.
 *
 * Throws `runtime/needs-linux`, `runtime/needs-tools`, `runtime/cannot-drop-root`, `runtime/directory-unreachable`.
 */
export async function processRuntime(options: ProcessRuntimeOptions): Promise<Runtime> {
  return withClearTroubles(runtimeOn(await prepareMachine(options)));
}

function runtimeOn(machine: Machine): Runtime {
  return {
    async ensureWorkspace(workspace, fence) {
      await passFence(machine.place.fences, fence);
      await ensureWorkspace(machine, workspace);
    },
    removeWorkspace: (id) => removeWorkspace(machine, id),

    ensureJob: (job, fence) => ensureJob(machine, job, fence),
    finishedJob: (id, signal) => finishedJob(machine, id, signal),
    stopJob: (id) => stopJob(machine, id),

    ensureInstance: (spec, fence) => ensureInstance(machine, spec, fence),
    instance: (id) => instance(machine, id),
    stopInstance: (id, fence) => stopInstance(machine, id, fence),

    logTail: (id, lines) => logTail(machine, id, lines),
    async readLog(id, from) {
      // Asked first: what is written after the end of a workload is nothing.
      const isOver = !(await isRunning(machine, await knownWorkload(machine, id)));
      const { isLast, ...piece } = await readPiece(machine, id, from);
      return { ...piece, ended: isOver && isLast };
    },

    forget: (id) => forget(machine, id),
    holdings: holdingsOf(machine),
    openTerminal: (spec) => openTerminal(machine, spec),
    limits: async () => limitsOf(machine),
    tend: () => tend(machine),
  };
}
