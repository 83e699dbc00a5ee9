import type { Config } from '../config/config.ts';
import type { Wish } from './still-wanted.ts';

/** One commit's way into one environment. */
export interface DeployOrder extends Wish {
  artifact: string;
  commit: string;
  config: Config;
  mainBranch: string;
  reset: { snapshot: string | null } | null;
}

export type DeployOutcome =
  | { outcome: 'live'; url: string }
  | { outcome: 'failed'; reason: string; logTail: string; fix: string[] }
  | { outcome: 'not wanted any more'; reason: string };

/** Why a deploy does not get as far as serving. */
export type Obstacle = { unwanted: string } | { failed: string; logTail: string; fix: string[] };
