import { setTimeout as pause } from 'node:timers/promises';
import type { Fence } from '../../src/kernel/fence.ts';
import type { JobResult, Workload, Workspace } from '../../src/kernel/job.ts';
import { SignalboxError } from '../../src/kernel/signalbox-error.ts';
import type { Instance, Runtime } from '../../src/runtimes/runtime.ts';

export interface InMemoryRuntime extends Runtime {
  /** Nothing runs any more when it resolves. */
  endAll(): Promise<void>;
}

interface Run {
  spec: Workload;
  kind: 'job' | 'service';
  log: string;
  ending: AbortController;
  result: Promise<JobResult>;
  instance: Instance;
}

/** Obeys `echo WORD`, `sleep SECONDS` and `exit CODE`, joined by `; `. It makes no archives and limits nothing. */
export function inMemoryRuntime(): InMemoryRuntime {
  const memory: Memory = { runs: new Map(), workspaces: new Map(), epochs: new Map() };
  return {
    ...workspacesIn(memory),
    ...jobsIn(memory),
    ...instancesIn(memory),
    ...recordsIn(memory),
    ...terminalsIn(memory),
    limits: async () => ({
      memory: false,
      cpu: false,
      users: false,
      note: 'Nothing is real here.',
    }),
    tend: async () => {},
    async endAll() {
      for (const id of memory.runs.keys()) await stop(memory, id);
    },
  };
}

interface Memory {
  runs: Map<string, Run>;
  workspaces: Map<string, Workspace>;
  epochs: Map<string, number>;
}

function workspacesIn(memory: Memory): Pick<Runtime, 'ensureWorkspace' | 'removeWorkspace'> {
  return {
    async ensureWorkspace(workspace, fence) {
      pass(memory, fence);
      memory.workspaces.set(named(workspace.id), workspace);
    },
    removeWorkspace: async (id) => void memory.workspaces.delete(named(id)),
  };
}

function jobsIn(memory: Memory): Pick<Runtime, 'ensureJob' | 'finishedJob' | 'stopJob'> {
  return {
    async ensureJob(job, fence) {
      pass(memory, fence);
      if (memory.runs.has(named(job.id))) return;
      refuseUnplaced(memory, job);
      const run = newRun(job, 'job');
      memory.runs.set(job.id, run);
      run.result = once(run, job.timeoutMs);
    },
    async finishedJob(id, signal) {
      const left = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => left.reject(signal.reason as Error));
      return Promise.race([known(memory, id).result, left.promise]);
    },
    stopJob: (id) => stop(memory, id),
  };
}

function instancesIn(
  memory: Memory,
): Pick<Runtime, 'ensureInstance' | 'instance' | 'stopInstance'> {
  return {
    async ensureInstance(spec, fence) {
      pass(memory, fence);
      const before = memory.runs.get(named(spec.id));
      if (before && before.instance.state !== 'stopped') return { ...before.instance };
      refuseUnplaced(memory, spec);
      const run = newRun(spec, 'service');
      if (before) run.instance.address = before.instance.address;
      else if (!spec.listens) run.instance.address = null;
      memory.runs.set(spec.id, run);
      run.result = keepRunning(run);
      return { ...run.instance };
    },
    async instance(id) {
      const run = memory.runs.get(named(id));
      return run?.kind === 'service' ? { ...run.instance } : null;
    },
    async stopInstance(id, fence) {
      pass(memory, fence);
      await stop(memory, id);
    },
  };
}

function recordsIn(memory: Memory): Pick<Runtime, 'forget' | 'holdings' | 'logTail' | 'readLog'> {
  const { runs, workspaces } = memory;
  return {
    async forget(id) {
      if (runs.get(named(id))?.instance.pid) throw refused('runtime/still-running');
      runs.delete(id);
    },
    async holdings() {
      const held = [...runs.values()].map(({ kind, spec: { id, owner }, instance, log }) => {
        return { kind, id, owner, running: instance.pid !== null, bytes: log.length };
      });
      const files = [...workspaces.values()].map(({ id, owner }) => {
        return { kind: 'workspace' as const, id, owner, running: false, bytes: 0 };
      });
      return [...held, ...files];
    },
    async logTail(id, lines) {
      const all = known(memory, id).log.split('\n').slice(0, -1).slice(-lines);
      return lines > 0 ? all.map((line) => `${line}\n`).join('') : '';
    },
    async readLog(id, from) {
      const { log, instance } = known(memory, id);
      const bytes = Buffer.from(log).subarray(from);
      return { bytes, next: Buffer.byteLength(log), ended: instance.pid === null };
    },
  };
}

function terminalsIn(memory: Memory): Pick<Runtime, 'openTerminal'> {
  return {
    async openTerminal(spec) {
      refuseUnplaced(memory, spec);
      const run = newRun(spec, 'job');
      run.result = once(run, 2 ** 30);
      return {
        output: (async function* () {
          await run.result;
          yield Buffer.from(run.log);
        })(),
        write: () => {},
        end: () => {},
        resize: () => {},
        async close() {
          run.ending.abort();
          await run.result;
        },
        exitCode: run.result.then(({ exitCode }) => exitCode ?? 137),
      };
    },
  };
}

function pass({ epochs }: Memory, fence?: Fence): void {
  if (!fence) return;
  if (fence.epoch < (epochs.get(fence.scope) ?? 0)) throw refused('runtime/fenced');
  epochs.set(fence.scope, fence.epoch);
}

function known({ runs }: Memory, id: string): Run {
  return runs.get(named(id)) ?? fail('runtime/unknown-workload');
}

function refuseUnplaced({ workspaces }: Memory, { workspace }: Workload): void {
  if (!workspaces.has(named(workspace))) throw refused('runtime/no-workspace');
}

async function stop({ runs }: Memory, id: string): Promise<void> {
  const run = runs.get(named(id));
  run?.ending.abort();
  await run?.result;
}

let made = 0;

function newRun(spec: Workload, kind: Run['kind']): Run {
  const number = ++made;
  const instance: Instance = {
    id: spec.id,
    owner: spec.owner,
    state: 'running',
    address: { host: '127.0.0.1', port: number },
    restarts: 0,
    lastExitCode: null,
    startedAt: new Date(),
    pid: number,
    memoryBytes: null,
  };
  const result = new Promise<never>(() => {});
  return { spec, kind, log: '', ending: new AbortController(), result, instance };
}

/** The command's exit code, or null when it was ended. */
async function obey(run: Run, ending: AbortSignal): Promise<number | null> {
  for (const line of run.spec.run.split('; ')) {
    const [verb, word = ''] = line.split(' ');
    if (verb === 'exit') return Number(word);
    if (verb === 'echo') run.log += `${word}\n`;
    const sleepMs = verb === 'sleep' ? Number(word) * 1000 : 0;
    await pause(sleepMs, undefined, { signal: ending }).catch(() => {});
    if (ending.aborted) return null;
  }
  return 0;
}

async function once(run: Run, timeoutMs: number): Promise<JobResult> {
  const { ending, instance } = run;
  const limit = AbortSignal.timeout(timeoutMs);
  const exitCode = await obey(run, AbortSignal.any([ending.signal, limit]));
  instance.pid = null;
  const ended = ending.signal.aborted ? 'stopped' : 'timed-out';
  const outcome = exitCode === null ? ended : exitCode === 0 ? 'succeeded' : 'failed';
  return { outcome, exitCode, startedAt: instance.startedAt, endedAt: new Date(), archives: {} };
}

async function keepRunning(run: Run): Promise<JobResult> {
  const { ending, instance } = run;
  while (!ending.signal.aborted) {
    instance.lastExitCode = await obey(run, ending.signal);
    if (ending.signal.aborted) break;
    instance.restarts += 1;
    await pause(1);
  }
  instance.pid = null;
  instance.state = 'stopped';
  return { ...nothing, startedAt: instance.startedAt, endedAt: new Date() };
}

const nothing = { outcome: 'stopped', exitCode: null, archives: {} } as const;

function named(id: string): string {
  return /^[a-z0-9][a-z0-9-]{0,79}$/.test(id) ? id : fail('runtime/bad-name');
}

const refused = (code: SignalboxError['code']): SignalboxError =>
  new SignalboxError({
    code,
    what: `The runtime in memory refused: ${code}.`,
    fix: ['See the port.'],
  });

function fail(code: SignalboxError['code']): never {
  throw refused(code);
}
