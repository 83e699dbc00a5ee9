import type { Config } from '../config/config.ts';
import type { Wish } from './still-wanted.ts';

/** One commit's way into one environment. */
export interface DeployOrder extends Wish {
  artifact: string;
  commit: string;
  config: Config;
  mainBranch: string;
  /** Absent: all of them. Package tests want the files and stores alone. */
  services?: 'none' | undefined;
  reset: { snapshot: string | null } | null;
}

export type DeployOutcome =
  | { outcome: 'live'; url: string }
  | { outcome: 'failed'; reason: string; logTail: string; fix: string[] }
  | { outcome: 'not wanted any more'; reason: string };

/** Why a deploy whose turn has come is not wanted any more; null: it is. */
export type WhyNot = () => Promise<string | null>;

/** Why a deploy does not get as far as serving. */
export type Obstacle = { unwanted: string } | { failed: string; logTail: string; fix: string[] };
