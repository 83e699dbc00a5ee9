import type { Engine, Json, RunState } from '../../src/workflow/workflow.ts';

export interface NotingEngine extends Engine {
  started: { name: string; id: string; input: Json }[];
  /** What `state` says of a run; absent: running, once started. */
  states: Map<string, RunState>;
}

/** Runs nothing: what would run is noted. */
export function notingEngine(): NotingEngine {
  const started: NotingEngine['started'] = [];
  const states = new Map<string, RunState>();
  const nothing = async (): Promise<void> => undefined;
  return {
    started,
    states,
    register: () => undefined,
    launch: nothing,
    async start(name, { id, input }) {
      if (!started.some((run) => run.id === id)) started.push({ name, id, input });
    },
    nudge: nothing,
    cancel: nothing,
    state: async (id) =>
      states.get(id) ?? (started.some((run) => run.id === id) ? 'running' : 'absent'),
    takeOver: async () => 0,
    purge: async () => 0,
    stop: nothing,
  };
}
