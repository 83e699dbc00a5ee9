import { DBOS, type DBOSConfig, type WorkflowStatus } from '@dbos-inc/dbos-sdk';
import { longestPauseMs } from '../db/pool.ts';
import { SignalboxError, type Trouble } from '../kernel/signalbox-error.ts';
import type { Engine, Flow, Json, RunState, Workflow } from './workflow.ts';

/** Runs that were taken over from a dead controller are started from this queue. */
const takenOver = 'taken-over';

/** Waiting in a database costs a query per poll; a nudge wakes the waiter anyway. */
const pollingIntervalMs = 60_000;

type Kept = { value: unknown } | { trouble: Omit<Trouble, 'cause'> };

/**
 * Durable workflows by DBOS, in the schema `dbos` of the same database. One per process, as DBOS is.
 * `executor` names this controller: unique among those alive and the same after its restart, because what
 * it was running is found again by it.
 */
export function durableEngine(options: {
  databaseUrl: string;
  executor: string;
  log: (line: string) => void;
}): Engine {
  const registered = new Map<string, (id: string, input: Json) => Promise<void>>();
  DBOS.setConfig(configuration(options));
  return {
    register: (name, workflow) => registered.set(name, registration(name, workflow)),

    async launch() {
      await DBOS.launch();
      // Without a limit: most runs only wait, often for one that would then stand behind them.
      await DBOS.registerQueue(takenOver, { onConflict: 'always_update' });
    },

    async start(name, { id, input }) {
      const begin = registered.get(name);
      if (!begin) throw new Error(`No workflow is called ${name}.`);
      await begin(id, input);
    },

    async nudge(id, topic) {
      if ((await stateOf(id)) === 'running') await DBOS.send(id, 'nudge', topic);
    },

    async cancel(id) {
      if ((await stateOf(id)) === 'running') await DBOS.cancelWorkflow(id);
    },

    state: stateOf,

    async takeOver(controllers) {
      const runs = await DBOS.listWorkflows({
        status: 'PENDING',
        executorId: [...controllers],
        loadInput: false,
      });
      const ids = runs.map((run) => run.workflowID);
      if (ids.length > 0) await DBOS.resumeWorkflows(ids, { queueName: takenOver });
      return ids.length;
    },

    purge,
    stop: () => DBOS.shutdown(),
  };
}

function configuration({
  databaseUrl,
  executor,
  log,
}: Parameters<typeof durableEngine>[0]): DBOSConfig {
  const quiet = (): void => undefined;
  const say = (entry: unknown): void => log(`workflows: ${words(entry)}`);
  return {
    name: 'signalbox',
    systemDatabaseUrl: withoutLongPauses(databaseUrl),
    systemDatabasePoolSize: 8,
    executorID: executor,
    // A version that follows the code would strand every run that waits while Signalbox is upgraded.
    applicationVersion: 'wf-1',
    enablePatching: true,
    logger: { info: quiet, debug: quiet, warn: say, error: say },
  };
}

/** A stopped controller must not hold rows that whoever takes over needs. */
function withoutLongPauses(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const given = url.searchParams.get('options') ?? '';
  const ours = `-c idle_in_transaction_session_timeout=${longestPauseMs}`;
  url.searchParams.set('options', `${given} ${ours}`.trim());
  return url.href;
}

function words(entry: unknown): string {
  return entry instanceof Error ? entry.message : String(entry);
}

function registration<Input extends Json>(
  name: string,
  workflow: Workflow<Input>,
): (id: string, input: Json) => Promise<void> {
  const registered = DBOS.registerWorkflow(
    (input: Input) => workflow(flowOfThisRun(), input),
    // A run that waits for days lives through many restarts; the default of 100 would give it up.
    { name, maxRecoveryAttempts: 1_000_000 },
  );
  return async (id, input) => {
    await DBOS.startWorkflow(registered, { workflowID: id })(input as Input);
  };
}

function flowOfThisRun(): Flow {
  const id = DBOS.workflowID;
  if (id === undefined) throw new Error('A workflow runs outside the engine.');
  return {
    id,
    async step<T>(name: string, act: () => Promise<T>): Promise<T> {
      const kept = await DBOS.runStep(() => keep(act), { name, ...retries });
      if ('trouble' in kept) throw new SignalboxError(kept.trouble);
      return kept.value as T;
    },

    async sleepUntil(name, at) {
      const left = await DBOS.runStep(() => Promise.resolve(at.getTime() - Date.now()), { name });
      if (left > 0) await DBOS.sleepms(left);
    },

    async waitFor(topic, { until }) {
      const options = { deadlineEpochMS: until.getTime(), pollingIntervalMs };
      return (await DBOS.recv(topic, options)) === null ? 'timed-out' : 'nudged';
    },
  };
}

const retries = { retriesAllowed: true, intervalSeconds: 0.5, maxAttempts: 6, backoffRate: 2 };

/** A refusal is a result like any other: kept, so that a replay refuses in the same words. */
async function keep(act: () => Promise<unknown>): Promise<Kept> {
  try {
    return { value: (await act()) ?? null };
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    // Somebody else carries this run on with a higher epoch. Our word on it must not be kept; before the
    // tries are used up the heartbeat has ended us.
    if (error.code.endsWith('/fenced')) throw new Error(error.message, { cause: error });
    const [first = 'Try again.', ...rest] = error.fix;
    return {
      trouble: { code: error.code, what: error.what, why: error.why, fix: [first, ...rest] },
    };
  }
}

async function stateOf(id: string): Promise<RunState> {
  const run = await DBOS.getWorkflowStatus(id);
  return run === null ? 'absent' : wordFor(run);
}

function wordFor(run: WorkflowStatus): RunState {
  if (run.status === 'SUCCESS') return 'done';
  if (run.status === 'CANCELLED') return 'cancelled';
  if (run.status === 'PENDING' || run.status === 'ENQUEUED' || run.status === 'DELAYED')
    return 'running';
  return 'failed';
}

async function purge(before: Date): Promise<number> {
  const ended = await DBOS.listWorkflows({
    status: ['SUCCESS', 'ERROR', 'CANCELLED'],
    completedBefore: before.toISOString(),
    limit: 1000,
    loadInput: false,
    loadOutput: false,
  });
  if (ended.length > 0) await DBOS.deleteWorkflows(ended.map((run) => run.workflowID));
  return ended.length;
}
