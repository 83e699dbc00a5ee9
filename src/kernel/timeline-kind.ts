/** What an entry of the timeline is about; people filter by it. */
export const timelineKinds = [
  'push',
  'deploy',
  'rollout',
  'candidate',
  'train',
  'vote',
  'lock',
  'environment',
  'sweep',
  'audit',
  'other',
] as const;
export type TimelineKind = (typeof timelineKinds)[number];
