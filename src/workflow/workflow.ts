/** Whatever JSON can say; what a step returns and a workflow is given. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * What authors of workflows see. A workflow is one exported function that uses only these, `if` and `for`:
 * no clock, randomness or I/O outside a step. Steps are found again by their position, so an existing
 * workflow may only be changed by appending, or under a new name.
 */
export interface Flow {
  /** The run's id, chosen by whoever started it. */
  readonly id: string;
  /**
   * Runs `act` and keeps its result: after a crash a finished step is not run again, an unfinished one is.
   * So `act` must be safe to repeat. A SignalboxError is kept and thrown again; any other error is tried
   * again with growing pauses and then ends the run. What it returns must be plain JSON. The name is a
   * sentence people read.
   */
  step<T>(name: string, act: () => Promise<T>): Promise<T>;
  /** Resolves at the time, also when that is days and restarts away. */
  sleepUntil(name: string, at: Date): Promise<void>;
  /** Resolves when somebody nudges this run on the topic (also if that was before), or at `until`. */
  waitFor(topic: string, options: { until: Date }): Promise<'nudged' | 'timed-out'>;
}

export type Workflow<Input extends Json> = (flow: Flow, input: Input) => Promise<void>;

export type RunState = 'running' | 'done' | 'failed' | 'cancelled' | 'absent';

/** Makes workflows go on where they were, whatever happens to controllers. Domain tables hold the truth. */
export interface Engine {
  /** Before launch, in the same order in every controller's code, under a name that never changes. */
  register<Input extends Json>(name: string, workflow: Workflow<Input>): void;
  /** Runs of this controller that were interrupted go on when it resolves. */
  launch(): Promise<void>;
  /** Starts a run here. Repeatable: the id is the run, a second start of it changes nothing. */
  start(name: string, run: { id: string; input: Json }): Promise<void>;
  /** Wakes a waiting run; carries no truth. Repeatable, and harmless for a run that has ended. */
  nudge(id: string, topic: string): Promise<void>;
  /** The run stops before its next step. Repeatable. */
  cancel(id: string): Promise<void>;
  state(id: string): Promise<RunState>;
  /** Lets go of what controllers that are no more were running: it goes on in a living one. Returns how many runs. */
  takeOver(controllers: readonly string[]): Promise<number>;
  /** Forgets runs that ended before the date. Returns how many. */
  purge(before: Date): Promise<number>;
  /** Stops here; other controllers, or the next launch, go on. */
  stop(): Promise<void>;
}
