import type { Config } from '../config/config.ts';
import type { JudgedTick } from './analysis/judged-tick.ts';

/** One way for a release to take over, as signalbox.yaml has it. */
export type RolloutSettings = Config['rollouts'][string];

export type Strategy = RolloutSettings['strategy'];

export type RolloutState =
  /** Under way; paused when `pausedBy` is set. */
  | 'running'
  /** It has all the requests. */
  | 'promoted'
  /** The route is back on what served before; what was started is being stopped. */
  | 'rolling-back'
  | 'rolled-back'
  /** It got no requests: preparing, starting or smoke failed. */
  | 'failed'
  | 'superseded';

/** One release on its way to all requests of an environment. */
export interface Rollout {
  /** The deploy's id. */
  id: string;
  environmentId: string;
  /** The deploy that served before; null: none did. */
  stableDeploy: string | null;
  strategy: Strategy;
  settings: RolloutSettings;
  state: RolloutState;
  /** In words: what it does now, and what it waits for. */
  phase: string;
  /** 0: before the first. */
  step: number;
  /** Of its requests, in percent. */
  weight: number;
  pausedBy: string | null;
  pauseReason: string | null;
  /** In microseconds, of the stable release's own past (p50, p75, p90, p95, p99); null: none yet. */
  cutPoints: number[] | null;
  /** In words: why it ended so. */
  decision: string | null;
  /** `the judge`, or a person. */
  decidedBy: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

/** One share of the requests for some time. */
export interface RolloutStep {
  /** 1 is the first. */
  step: number;
  weight: number;
  /** In words, before it began: what difference it can notice. */
  canSee: string | null;
  beganAt: Date;
  endedAt: Date | null;
  outcome: string | null;
  why: string | null;
}

export interface RolloutOrder {
  id: number;
  kind: 'pause' | 'resume' | 'promote' | 'abort';
  by: string;
  reason: string | null;
  at: Date;
}

/** One judged second: what went in, and what came out. */
export interface RolloutTick {
  tick: number;
  step: number;
  /** Since 1970. */
  second: number;
  counts: JudgedTick;
  /** Metric → natural logarithm of its e-value, as decimal text. */
  e: Record<string, string>;
  action: string;
}

export type RolloutOutcome =
  /** It has all requests; the old release stays warm. */
  | { outcome: 'live'; url: string }
  /** It never had a request: the old release serves. */
  | { outcome: 'failed'; reason: string; logTail: string; fix: string[] }
  /** It had some; the old release serves again. */
  | { outcome: 'rolled back'; reason: string; by: string }
  | { outcome: 'not wanted any more'; reason: string };
