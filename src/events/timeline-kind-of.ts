import { timelineKinds, type TimelineKind } from '../kernel/timeline-kind.ts';

/** Every kind of event that is published, by what it is about. A test finds those that are missing here. */
const eventKinds = {
  push: [
    'push-begun',
    'push-approved',
    'push-ended',
    'config-note',
    'checks-started',
    'check-ended',
    'build-started',
    'build-reused',
    'build-ended',
    'log-tail',
    'commit-good',
    'commit-not-good',
  ],
  deploy: [
    'deploy-begun',
    'deploy-ended',
    'instances-started',
    'store-seeded',
    'store-migrated',
    'migrations-judged',
    'infrastructure-checked',
  ],
  rollout: [
    'rollout-step',
    'rollout-step-ended',
    'rollout-promoted',
    'rollout-pause',
    'rollout-resume',
    'rollout-promote',
    'rollout-abort',
    'rolled-back',
    'rollback-finished',
  ],
  candidate: [
    'candidate-begun',
    'candidate-waits',
    'candidate-stage-begun',
    'candidate-stage-passed',
    'candidate-stage-failed',
    'candidate-stage-skipped',
    'candidate-stage-to-skip',
    'candidate-test-ended',
    'candidate-performance-judged',
    'candidate-ended',
  ],
  train: [
    'train-departed',
    'train-asks',
    'train-waits',
    'train-reminds',
    'train-delegated',
    'train-ejected',
    'train-forced',
    'train-leaves',
    'train-arrived',
    'train-failed',
    'train-cancelled',
    'train-superseded',
  ],
  vote: ['train-good', 'train-blocked', 'candidate-answered'],
  lock: [
    'lane-locked',
    'lane-lifted',
    'freeze-begun',
    'freeze-lifted',
    'train-held',
    'train-unheld',
  ],
  environment: [
    'environment-queued',
    'environment-live',
    'snapshot-taken',
    'snapshot-failed',
    'job-ended',
  ],
  sweep: ['environment-warned', 'environment-condemned', 'environment-destroyed'],
  /** Of people, not of events. */
  audit: [],
  other: [
    'account-verified',
    'account-unlinked',
    'app-added',
    'app-leaving',
    'app-removed',
    'certificate-issued',
    'certificate-failed',
    'certificate-unusable',
    'duty-silent',
    'traffic-lost',
  ],
} as const satisfies Record<TimelineKind, readonly string[]>;

const known = new Map<string, TimelineKind>(
  timelineKinds.flatMap((kind) => eventKinds[kind].map((event) => [event, kind] as const)),
);

/** What an event of this kind is about; one that a newer controller published is about something else. */
export const timelineKindOf = (eventKind: string): TimelineKind => known.get(eventKind) ?? 'other';

/** The kinds of events that are about one of these. `others`: so are those that nobody here knows. */
export function eventKindsOf(kinds: readonly TimelineKind[]): { kinds: string[]; others: boolean } {
  return { kinds: kinds.flatMap((kind) => eventKinds[kind]), others: kinds.includes('other') };
}

export const knownEventKinds = (): string[] => [...known.keys()];
