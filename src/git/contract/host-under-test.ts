import type { CodeHost, CommitStatus, HostDeployment, WebhookCall } from '../host.ts';

/** A driver before a local server that speaks its service's API. */
export interface HostUnderTest {
  host: CodeHost;
  server: HostServer;
  breakable: Breakable;
  /** What the driver paused for, in milliseconds; its test only writes them down. */
  pauses: readonly number[];
  close(): Promise<void>;
}

/** What people do at the service, and what it has to show. */
export interface HostServer {
  /** A commit on main that no request brought. */
  commit(): string;
  /** Opens one; `author` is `ann` unless told. */
  request(of: { branch: string; author?: string; fromFork?: boolean }): {
    number: number;
    commit: string;
  };
  /** The request has a new commit: its last one from now on. */
  push(request: number): string;
  /** Resolves to the commit that main has by it. */
  merge(request: number): string;
  closeRequest(request: number): void;
  /** Of people who may write to the repository. `lift`: the latest one of `by` is taken back. */
  review(request: number, word: { by: string; says: 'approve' | 'against' | 'lift' }): void;
  /** Somebody else comments. */
  say(request: number, words: { by: string; text: string }): void;
  /** The newest of each context. */
  statuses(commit: string): CommitStatus[];
  /** With their newest state; of a service without deployments what stands for them. */
  deployments(): (HostDeployment & { commit: string })[];
  comments(request: number): { by: string; text: string }[];
  /** How many requests changed something so far. */
  writes(): number;
  /** As the service would send it; `body` in place of its own. */
  webhook(of: { event: 'push' | 'tag' | 'request'; secret: Buffer; body?: Buffer }): WebhookCall;
}

export interface Breakable {
  /** The next ones are answered with 503 and have no effect. */
  fail(times: number): void;
  /** The next ones are answered with 429 and a wish for a pause of so many seconds. */
  limit(times: number, seconds: number): void;
  /** The next ones that change something do so, and their answers are lost. */
  loseAnswers(times: number): void;
  /** All answers are from now on a page in HTML with status 200. */
  garble(): void;
  /** From now on the token is not known, may only read, or does not see the repository. */
  forbid(what: 'everything' | 'writing' | 'seeing'): void;
}

/** What a service cannot say. */
export interface HostContractOptions {
  /** false: whether a push came after an approval. */
  staleApprovals?: boolean;
  /** false: that somebody asks for changes. */
  against?: boolean;
}
