import type { Fence } from '../kernel/fence.ts';
import type { Jobs, Workload } from '../kernel/job.ts';

/** One long-running process of a service. Two instances are two specs with two ids. */
export interface InstanceSpec extends Workload {
  /** True: it gets PORT and an address. */
  listens: boolean;
  /** From SIGTERM to SIGKILL. */
  stopMs: number;
}

export interface Instance {
  id: string;
  owner: string;
  /**
   * 'crashing': it ended and waits for its next start. 'stopped': nothing keeps it running, because it was told to
   * stop, or the machine was restarted, or its launcher was killed; ensureInstance starts it again.
   */
  state: 'running' | 'crashing' | 'stopped';
  address: { host: string; port: number } | null;
  restarts: number;
  lastExitCode: number | null;
  startedAt: Date;
  pid: number | null;
  memoryBytes: number | null;
}

/** One thing a runtime holds, for doctor, sweeper and reconciler. */
export interface Holding {
  kind: 'service' | 'job' | 'workspace';
  id: string;
  owner: string;
  running: boolean;
  bytes: number;
}

export interface LogPiece {
  bytes: Buffer;
  /** Offset after this piece; ask for it next. Offsets stay true when old parts have been rotated away. */
  next: number;
  /** Nothing runs any more and everything was read. */
  ended: boolean;
}

/** A command with a terminal inside an environment. Not durable: it ends with its caller. */
export interface TerminalSpec extends Workload {
  /** False: pipes instead of a terminal, for `signalbox run` in scripts. */
  terminal: boolean;
  columns: number;
  rows: number;
}

export interface Terminal {
  output: AsyncIterable<Buffer>;
  write(bytes: Buffer): void;
  /** No more input (Ctrl-D for a pipe). */
  end(): void;
  resize(columns: number, rows: number): void;
  /** Ends the command and its descendants. */
  close(): Promise<void>;
  exitCode: Promise<number>;
}

/** What this machine can enforce; `note` says in words what it cannot. */
export interface Limits {
  memory: boolean;
  cpu: boolean;
  /** Workloads of different isolations run as different users. */
  users: boolean;
  note: string | null;
}

/**
 * Where workloads run. Drivers own processes that outlive the controller; every call may come again from
 * a controller that has just started, and every changing call may carry a fence: a lower epoch than the
 * highest seen of its scope is refused with `runtime/fenced`.
 */
export interface Runtime extends Jobs {
  /**
   * The instance has been started exactly once and is kept running with back-off. Its address is fixed for life. One
   * that is 'stopped' is started again. Repeatable.
   */
  ensureInstance(spec: InstanceSpec, fence?: Fence): Promise<Instance>;
  /** null: there is no such instance (never was, or forgotten). */
  instance(id: string): Promise<Instance | null>;
  /** SIGTERM, then SIGKILL after stopMs; the process and all its descendants are gone when it resolves. Repeatable. */
  stopInstance(id: string, fence?: Fence): Promise<void>;
  /** Everything it holds, whoever started it. */
  holdings(): Promise<Holding[]>;
  /** Up to 256 KiB of a workload's log from an offset (0: the oldest kept; negative: that many bytes before the end). */
  readLog(id: string, from: number): Promise<LogPiece>;
  /** The command has been started when it resolves. Each call starts one more; whoever calls must close it. */
  openTerminal(spec: TerminalSpec): Promise<Terminal>;
  /** What was found out about this machine by trying. Cheap to ask again. */
  limits(): Promise<Limits>;
  /** Periodic housekeeping (log rotation and the like); called every few seconds by one controller. Repeatable. */
  tend(): Promise<void>;
}
