import type { Fence } from './fence.ts';

/** Limits of one workload. Absent: unlimited. */
export interface Size {
  memoryBytes?: number | undefined;
  /** Cores; 0.5 is half a core. */
  cpus?: number | undefined;
}

/** A directory of files that workloads run in, made from archives, private to one isolation. */
export interface Workspace {
  /** Unique for ever and chosen by the caller: [a-z0-9-], at most 80 characters. */
  id: string;
  /** Who answers for it, for example `environment:4h2k…` or `build:9c1f…`; orphans are found by it. */
  owner: string;
  /** Workloads and workspaces of one isolation may see each other's files and processes; no others may. */
  isolation: string;
  /** Tar files (absolute paths), unpacked in this order. */
  archives: readonly string[];
}

/** What a job and a service have in common. */
export interface Workload {
  /** Unique for ever and chosen by the caller: [a-z0-9-], at most 80 characters. */
  id: string;
  owner: string;
  isolation: string;
  /** The workspace to run in; it must exist. */
  workspace: string;
  /** A command line for `/bin/sh -c`. */
  run: string;
  /**
   * The whole environment, secrets included; the runtime adds only PORT where it listens, SIGNALBOX_WORKLOAD, by which it
   * finds its processes, and PATH, HOME, TMPDIR, LANG where absent.
   */
  variables: Readonly<Record<string, string>>;
  size?: Size | undefined;
}

/** Something that runs once and ends. */
export interface JobSpec extends Workload {
  timeoutMs: number;
  /** Archives to make from the workspace when the command has succeeded: name → paths (missing ones are left out). */
  collect?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface JobResult {
  outcome: 'succeeded' | 'failed' | 'timed-out' | 'stopped' | 'lost';
  exitCode: number | null;
  startedAt: Date;
  endedAt: Date;
  /** Name → absolute path of the tar file, until `forget`; the caller moves or copies what it keeps. */
  archives: Readonly<Record<string, string>>;
}

/** The part of a runtime that checks, builds, migrations and smoke tests need. */
export interface Jobs {
  /** When it resolves the workspace is complete on disk. Calling it twice is safe and cheap. */
  ensureWorkspace(workspace: Workspace, fence?: Fence): Promise<void>;
  /** Gone from disk when it resolves. Calling it twice, or for what never was, is safe. */
  removeWorkspace(id: string): Promise<void>;
  /** The job has been started exactly once, whoever calls and however often. */
  ensureJob(job: JobSpec, fence?: Fence): Promise<void>;
  /** Resolves when the job has ended, also one started by another controller. Abort ends the waiting, not the job. */
  finishedJob(id: string, signal?: AbortSignal): Promise<JobResult>;
  /** The job and all its descendants are gone when it resolves; it then counts as 'stopped'. Repeatable. */
  stopJob(id: string): Promise<void>;
  /** The last `lines` lines of its log, as text without NUL characters, which no database keeps. */
  logTail(id: string, lines: number): Promise<string>;
  /** Nothing of an ended workload remains: state, log, archives. Refuses what still runs. Repeatable. */
  forget(id: string): Promise<void>;
}
