import type { Config } from '../config/config.ts';

export { trainTarget } from '../environments/plan-push.ts';

/** The train section of signalbox.yaml. */
export type TrainSettings = NonNullable<Config['train']>;

export type TrainState =
  /** Through the stages before the last, or until a new commit of it is built. */
  | 'travelling'
  /** Before the last stage: for the authors' word. */
  | 'asking'
  /** Somebody said no. */
  | 'blocked'
  /** Somebody asked for time, or nobody answered. */
  | 'held'
  /** Until a window opens or a freeze ends. */
  | 'agreed'
  /** Its last stage; nobody's word stops it any more. */
  | 'releasing'
  | 'arrived'
  | 'failed'
  | 'cancelled'
  | 'superseded';

/** One departure: the newest green commit, and everything that is new in it since production. */
export interface Train {
  id: string;
  appId: string;
  app: string;
  /** Counted per app. */
  number: number;
  /** The departure of the timetable that it is. */
  plannedAt: Date;
  /** As they were at its departure. */
  settings: TrainSettings;
  state: TrainState;
  /** In words: what it waits for, why it ended so. */
  reason: string | null;
  /** The commit of the main branch it left with. */
  boarded: string;
  /** What it carries now; votes are bound to it. */
  commit: string;
  /** The push of that commit. */
  push: string;
  /** null: its commit is still being checked and built. */
  candidate: string | null;
  /** What was in production when it left; null: nothing by the pipeline. */
  releasedBefore: string | null;
  departedAt: Date;
  /** When the authors were asked about the commit it carries now. */
  askedAt: Date | null;
  answersUntil: Date | null;
  endedAt: Date | null;
}

export interface Author {
  name: string;
  /** In lower case. */
  email: string;
}

/** What one commit of the main branch's own line brought in. */
export interface Change {
  /** In full. */
  commit: string;
  /** From 1, the oldest. */
  ordinal: number;
  /** Of its change request, where its subject says so. */
  number: number | null;
  subject: string;
  /** Co-authors too. */
  authors: Author[];
  /** Why nobody is asked about it; null: its authors are. */
  goodWithoutAsking: string | null;
  ejectedAt: Date | null;
  ejectedBy: string | null;
  ejectedWhy: string | null;
}

/** The name under which the workflow is registered; it never changes. */
export const departWorkflow = 'depart-train';

/** The run that drives a train; the same for whoever starts it. */
export const trainRun = (train: string): string => `train-${train}`;

/** What a nudge of a train's run is about: something it waits for may have changed. */
export const goOnTopic = 'go on';

/** `train 214 of shop`. */
export const namedTrain = ({ app, number }: Pick<Train, 'app' | 'number'>): string =>
  `train ${number} of ${app}`;

/** `#881`, or the beginning of its commit. */
export const namedChange = ({ number, commit }: Pick<Change, 'number' | 'commit'>): string =>
  number === null ? commit.slice(0, 7) : `#${number}`;

/** What its own commits are pushed as, when something was ejected; no branch of the repository is called so. */
export const trainBranch = ({ number }: Pick<Train, 'number'>): string => `train/${number}`;

export const shortCommit = (commit: string): string => commit.slice(0, 7);
