import { shownLine } from '../../environments/log-lines.ts';
import type { App } from '../../git/app.ts';
import type { CommitFacts } from '../../train/commit-facts.ts';
import type { Overview as Seen, StageGlance } from '../../train/overview.ts';
import type { Overview, StageOverview } from '../contract/overview.ts';

const longestSubject = 200;
const longestWords = 2_000;

/** Whatever people wrote, without what would move a terminal's cursor. */
const plain = (text: string, longest = longestWords): string => shownLine(text, { longest });
const plainOrNone = (text: string | null): string | null => (text === null ? null : plain(text));

export const shownOverview = (app: App, seen: Seen): Overview => ({
  app: app.name,
  mainBranch: app.mainBranch,
  production: seen.production && shownStage(seen.production),
  stages: seen.stages.map(shownStage),
  candidate: shownCandidate(seen.candidate),
  train: shownTrain(seen.train),
  next: seen.next && {
    at: seen.next.at,
    changes: seen.next.onBoard.length,
    keptBy: seen.next.keptBy.map((words) => plain(words)),
  },
  environments: seen.environments,
  freeze: seen.freeze && {
    until: seen.freeze.until,
    reason: plain(seen.freeze.reason),
    by: plain(seen.freeze.by),
  },
});

function shownStage(stage: StageGlance): StageOverview {
  const { id, name, kind, state, reason, url, deploy, commit, since, health, lock } = stage;
  return {
    environment: id,
    name,
    kind,
    state,
    reason: plainOrNone(reason),
    url,
    deploy,
    commit: commit && shownCommit(commit),
    since,
    health: { ...health, text: plain(health.text) },
    lock: lock && { ...lock, by: plain(lock.by), reason: plain(lock.reason) },
    rollout: shownRollout(stage.rollout),
  };
}

function shownRollout(rollout: StageGlance['rollout']): StageOverview['rollout'] {
  if (!rollout) return null;
  const { id, state, strategy, commit, step, steps, weight, phase, pausedBy } = rollout;
  return {
    id,
    state,
    strategy,
    commit,
    step,
    steps,
    weight,
    phase: plain(phase),
    pausedBy: plainOrNone(pausedBy),
  };
}

const shownCommit = ({ commit, subject, authors, at }: CommitFacts): CommitFacts => ({
  commit,
  subject: plain(subject, longestSubject),
  authors: authors.map((name) => plain(name, longestSubject)),
  at,
});

function shownCandidate(now: Seen['candidate']): Overview['candidate'] {
  if (!now) return null;
  const { number, state, reason, createdAt, endedAt } = now.candidate;
  return {
    number,
    commit: shownCommit(now.commit),
    state,
    reason: plainOrNone(reason),
    createdAt,
    endedAt,
    stages: now.stages.map(({ name, state, reason }) => ({
      name,
      state,
      reason: plainOrNone(reason),
    })),
  };
}

function shownTrain(now: Seen['train']): Overview['train'] {
  if (!now) return null;
  const { number, state, reason, commit, departedAt, answersUntil, endedAt } = now.train;
  return {
    number,
    state,
    reason: plainOrNone(reason),
    commit,
    changes: now.changes,
    missing: now.missing.map((name) => plain(name, longestSubject)),
    departedAt,
    answersUntil,
    endedAt,
  };
}
