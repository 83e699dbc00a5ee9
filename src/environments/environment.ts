import { previewHost, stageHost } from '../kernel/host-name.ts';
import { shortHash } from '../kernel/id.ts';

/** stage: made for a stage of the pipeline that is neither staging nor production. */
export type EnvironmentKind = 'preview' | 'staging' | 'production' | 'stage';

/** Those that a branch is for. */
export type BranchKind = Exclude<EnvironmentKind, 'stage'>;

export type EnvironmentState =
  /** Waits for a place: the app's limit of previews is reached. */
  | 'queued'
  | 'creating'
  | 'live'
  /** Its first deploy failed: nothing of it serves. */
  | 'failed'
  | 'destroying'
  | 'destroyed';

/** A place where one commit of an app runs with its own data. A re-created branch gets a new one. */
export interface Environment {
  id: string;
  appId: string;
  app: string;
  /** staging, production, preview/<branch>, stage/<stage> or stage/<stage>/<candidate>. */
  name: string;
  kind: EnvironmentKind;
  branch: string;
  host: string;
  state: EnvironmentState;
  /** Why it is in this state, in words. */
  reason: string | null;
  /** The deploy that serves. */
  deployId: string | null;
  /** While a rollout is under way: who gets which part of the requests; null: all of them `deployId`. */
  shares: Share[] | null;
  /** Set for this environment alone, over the file's variables. */
  variables: Record<string, string>;
  createdAt: Date;
  pushedAt: Date;
  /** The last request of a person, as the gateway saw it. */
  requestedAt: Date | null;
  requests: number;
  warnedAt: Date | null;
  destroyedAt: Date | null;
  destroyReason: string | null;
}

/** A deploy's part of an environment's requests; weights as in gateway/route.ts. */
export interface Share {
  deploy: string;
  weight: number;
  /** Nobody new, but who has it keeps it. */
  draining: boolean;
}

export interface Deploy {
  id: string;
  environmentId: string;
  number: number;
  pushId: string | null;
  artifactKey: string;
  commit: string;
  state: 'running' | 'live' | 'replaced' | 'rolled-back' | 'failed' | 'superseded';
  reason: string | null;
  logTail: string | null;
  startedAt: Date;
  endedAt: Date | null;
  /** When it had all requests for the first time: only then it is a release one may go back to. */
  releasedAt: Date | null;
  /** Replaced, but its instances are kept running until then. */
  warmUntil: Date | null;
}

/** One running copy of a service, of one deploy. */
export interface ServiceInstance {
  id: string;
  environmentId: string;
  deployId: string;
  service: string;
  ordinal: number;
  /** 2 and more: started in place of one that failed. */
  attempt: number;
  /** hidden: only signed visits reach it. warm: it runs and is in no route. */
  state: 'starting' | 'hidden' | 'serving' | 'draining' | 'warm' | 'stopped';
  host: string | null;
  port: number | null;
}

/** One store of one environment, and where its data came from. */
export interface EnvironmentStore {
  name: string;
  kind: string;
  database: string;
  snapshotId: string | null;
  seedReason: string;
  migrations: string[];
  seededAt: Date;
  sharedWith: string | null;
}

/** Keeps an environment alive past its idle time: always somebody's, always for a reason, always with an end. */
export interface Lease {
  owner: string;
  reason: string;
  until: Date;
}

/** Of a preview, staging or production. */
export const environmentName = (kind: BranchKind, branch: string): string =>
  kind === 'preview' ? `preview/${branch}` : kind;

export function environmentHost(
  environment: { kind: EnvironmentKind; branch: string; app: string; name: string },
  domain: string,
  hashDigits: 6 | 12 = 6,
): string {
  const { kind, branch, app } = environment;
  if (kind === 'staging' || kind === 'production') return stageHost({ stage: kind, app, domain });
  // A stage's name has a slash, so its label ends with its hash, as that of no plain branch does.
  const from = kind === 'stage' ? environment.name : branch;
  return previewHost({ branch: from, app, domain, hashDigits });
}

/** Names that follow from an environment's id, so that nothing made for it can be lost. */
export const names = {
  lock: (environmentId: string): string => `environment-${environmentId}`,
  owner: (environmentId: string): string => `environment:${environmentId}`,
  isolation: (environmentId: string): string => `environment-${environmentId}`,
  workspace: (deployId: string): string => `deploy-${deployId}`,
  database: (environmentId: string, store: string): string =>
    `sb_env_${environmentId}_${store.replaceAll('-', '_')}`.slice(0, 50),
  /** Where the attempt of that number runs; all first attempts share one. */
  ground: (deployId: string, attempt: number): string =>
    attempt === 1 ? `deploy-${deployId}` : `deploy-${deployId}-${attempt}`,
  instance: (of: {
    deployId: string;
    service: string;
    ordinal: number;
    attempt?: number | undefined;
  }): string => {
    const first = `run-${of.deployId}-${of.service}-${of.ordinal}`;
    return (of.attempt ?? 1) === 1 ? first : `${first}-${of.attempt}`;
  },
  /** The deploy that a run makes in an environment. */
  deploy: (of: { run: string; environmentId: string }): string =>
    shortHash(`${of.run} ${of.environmentId}`, 14),
  job: (of: { deployId: string; job: string }): string => `job-${of.deployId}-${of.job}`,
};

/** How long nobody has used it: since the last request or push, whichever came later. In milliseconds. */
export function idleMs(
  { requestedAt, pushedAt }: Pick<Environment, 'requestedAt' | 'pushedAt'>,
  now: Date,
): number {
  const used = Math.max(requestedAt?.getTime() ?? 0, pushedAt.getTime());
  return Math.max(0, now.getTime() - used);
}

/** Where people open it. */
export function environmentUrl(
  host: string,
  entrance: { scheme: 'http' | 'https'; port: number },
): string {
  const usual = entrance.scheme === 'http' ? 80 : 443;
  return `${entrance.scheme}://${host}${entrance.port === usual ? '' : `:${entrance.port}`}/`;
}
