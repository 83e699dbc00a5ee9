import type {
  Holding,
  Instance,
  LogPiece,
  Runtime,
  TerminalSpec,
} from '../../src/runtimes/runtime.ts';
import { fakeTerminal } from './terminal.ts';

export interface ScriptedRuntime extends Runtime {
  /** Workload → what it has printed, and whether it has ended. */
  logs: Map<string, { text: Buffer; ended: boolean }>;
  instances: Map<string, Partial<Instance>>;
  held: Holding[];
  forgotten: string[];
  terminals: TerminalSpec[];
}

/** Runs nothing: a test writes what its workloads print and how they are. */
export function scriptedRuntime(): ScriptedRuntime {
  const logs: ScriptedRuntime['logs'] = new Map();
  const instances: ScriptedRuntime['instances'] = new Map();
  const held: Holding[] = [];
  const forgotten: string[] = [];
  const terminals: TerminalSpec[] = [];
  const nothing = async (): Promise<void> => undefined;
  const refuse = async (): Promise<never> => {
    throw new Error('The scripted runtime runs nothing.');
  };
  return {
    logs,
    instances,
    held,
    forgotten,
    terminals,
    ensureWorkspace: nothing,
    removeWorkspace: nothing,
    ensureJob: nothing,
    finishedJob: refuse,
    stopJob: nothing,
    logTail: async (id, count) =>
      (logs.get(id)?.text.toString() ?? '').split('\n').slice(-count).join('\n'),
    forget: async (id) => void forgotten.push(id),
    ensureInstance: refuse,
    async instance(id) {
      const given = instances.get(id);
      return given ? { ...stillInstance, id, ...given } : null;
    },
    stopInstance: nothing,
    holdings: async () => held,
    async readLog(id, from): Promise<LogPiece> {
      const log = logs.get(id);
      if (!log) throw new Error(`There is no log of ${id}.`);
      const start = from < 0 ? Math.max(0, log.text.length + from) : from;
      const bytes = log.text.subarray(start, start + 7);
      const next = start + bytes.length;
      return { bytes, next, ended: log.ended && next === log.text.length };
    },
    async openTerminal(spec) {
      terminals.push(spec);
      return fakeTerminal().terminal;
    },
    limits: async () => ({ memory: true, cpu: true, users: true, note: null }),
    tend: nothing,
  };
}

const stillInstance: Omit<Instance, 'id'> = {
  owner: 'environment:none',
  state: 'running',
  address: null,
  restarts: 0,
  lastExitCode: null,
  startedAt: new Date(0),
  pid: 1,
  memoryBytes: 1000,
};
