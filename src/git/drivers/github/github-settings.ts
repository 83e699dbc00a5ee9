import type { Clock } from '../../../kernel/clock.ts';

export interface GithubSettings {
  /** Our name of the app: two apps of one repository each have a comment of their own. */
  app: string;
  /** `OWNER/NAME`. */
  repository: string;
  /** Of the REST API; for GitHub Enterprise `https://HOST/api/v3`. Default: GitHub's own. */
  url?: string;
  key: GithubKey;
  /** Requests into other branches bring nothing to production. Default: what GitHub calls the default branch. */
  mainBranch?: string;
  clock?: Clock;
  /** Default: really waits. */
  pause?: (ms: number) => Promise<unknown>;
  /** How long one call may go on asking a service that fails or asks for pauses. Default: a minute. */
  patienceMs?: number;
  /** Of one request. Default: 15 seconds. */
  timeoutMs?: number;
}

/** A person's token, or a GitHub App that is installed on the repository, with its private key as PEM. */
export type GithubKey = { token: string } | { appId: string | number; privateKey: string };
