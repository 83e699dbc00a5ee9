/** What a commit is called on the hosting service: one line beside it, kept up to date under its context. */
export interface CommitStatus {
  /** For example `signalbox/checks`, `signalbox/preview`; a later one with the same context takes its place. */
  context: string;
  state: 'pending' | 'success' | 'failure' | 'error';
  /** Cut to what the service takes. */
  text: string;
  /** http(s); null: none. */
  url: string | null;
}

export interface HostDeployment {
  /** `preview/BRANCH`, `staging`, `production`. */
  environment: string;
  state: 'running' | 'live' | 'failed' | 'gone';
  /** Where it serves; null: nowhere (any more). */
  url: string | null;
}

/** A pull request or merge request that is open. */
export interface ChangeRequest {
  number: number;
  title: string;
  branch: string;
  commit: string;
  /** Its source is a repository of somebody else: nobody here has looked at it. */
  fromFork: boolean;
  url: string;
}

export interface Reviews {
  /** The request that brought the commit. */
  request: number;
  /** Logins whose latest word is an approval of what was merged; the author's own does not count. */
  approvedBy: string[];
  /** Whose latest word asks for changes. */
  against: string[];
}

/** What a webhook says; it carries no truth, we ask the host ourselves. */
export type HostNews =
  | { kind: 'branches' }
  | { kind: 'requests' }
  /** Known, and nothing to us. */
  | { kind: 'nothing'; what: string };

export interface WebhookCall {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  secret: Buffer;
}

/**
 * The service where an app's repository lives, seen from Signalbox. Every method may be called twice with the same
 * words and leaves one status, one deployment, one comment. Refuses with `host/unreachable` (also for rate limits, after
 * the pauses the service asks for), `host/refused` where the token may not, `host/unknown-repository`.
 */
export interface CodeHost {
  readonly kind: 'github' | 'gitlab' | 'forgejo';
  /** The commit has the status when it resolves. Twice is one. */
  status(commit: string, status: CommitStatus): Promise<void>;
  /** The service shows the deployment when it resolves; one environment and commit have one. Twice is one. */
  deployment(commit: string, deployment: HostDeployment): Promise<void>;
  /** The request has our one comment with this text when it resolves: made, or edited in place. Twice is one. */
  comment(request: number, text: string): Promise<void>;
  /** What is open now, also what a webhook never told. Reads only. */
  openRequests(): Promise<ChangeRequest[]>;
  /** Who approved what brought the commit to its branch; null: no request did. Reads only. */
  reviews(commit: string): Promise<Reviews | null>;
  /**
   * What a call of the service's webhook says, once its signature is proved over the raw body. Refuses with
   * `api/wrong-signature` and, where it is signed and makes no sense, with `host/unreadable-webhook`. Pure.
   */
  news(call: WebhookCall): HostNews;
}
