import type { BuildYard } from '../build/build-once.ts';
import type { CheckYard } from '../checks/run-checks.ts';
import type { Database } from '../db/pool.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { CodeHosts } from '../git/host-settings.ts';
import type { Repositories } from '../git/repositories.ts';
import type { MetricSource } from '../observe/metric-source.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { DataStore } from '../stores/data-store.ts';
import type { Locks } from '../workflow/locks.ts';
import type { Engine } from '../workflow/workflow.ts';

/** What environments are made of. main fills it with drivers, tests with what they need. */
export interface World {
  db: Database;
  clock: Clock;
  engine: Engine;
  locks: Locks;
  repositories: Repositories;
  checks: CheckYard;
  build: BuildYard;
  runtime: Runtime;
  gateway: Gateway;
  stores: DataStore;
  /** What the judge asks besides the gateway. Absent: nothing. */
  metricSources?: readonly MetricSource[] | undefined;
  /** The services where repositories live. Absent: no app has one. */
  hosts?: CodeHosts | undefined;
  /** 32 bytes that seal secrets. */
  key: Buffer;
  /** Hosts end with it. */
  domain: string;
  /** How many builds may run at once. */
  buildSlots: number;
  /** Where commits are packed for builds. */
  sources: string;
  log(line: string): void;
}

/** The names under which workflows are registered; they never change. */
export const workflows = {
  followPush: 'follow-push',
  destroy: 'destroy-environment',
  takeSnapshot: 'take-snapshot',
  runJob: 'run-job',
} as const;
