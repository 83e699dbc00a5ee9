/** How a state looks. The word is always beside it: nobody has to see the colour. */
export type Tone = 'good' | 'bad' | 'busy' | 'wait' | 'off';

const tones: Readonly<Record<string, Tone>> = {
  // environments
  live: 'good',
  creating: 'busy',
  destroying: 'busy',
  queued: 'wait',
  failed: 'bad',
  destroyed: 'off',
  // deploys, pushes, checks, builds, tests
  running: 'busy',
  passed: 'good',
  built: 'good',
  replaced: 'off',
  superseded: 'off',
  refused: 'bad',
  waiting: 'wait',
  'timed-out': 'bad',
  stopped: 'off',
  // candidates and stages
  released: 'good',
  asking: 'wait',
  skipped: 'off',
  // rollouts
  promoted: 'good',
  'rolling-back': 'bad',
  'rolled-back': 'bad',
  // trains
  travelling: 'busy',
  blocked: 'bad',
  held: 'wait',
  agreed: 'good',
  releasing: 'busy',
  arrived: 'good',
  cancelled: 'off',
  // snapshots and job runs
  taking: 'busy',
  ready: 'good',
  dropping: 'busy',
  dropped: 'off',
  succeeded: 'good',
  lost: 'bad',
  // nodes
  free: 'off',
  working: 'busy',
  leaving: 'busy',
  // certificates
  active: 'good',
  failing: 'bad',
  expired: 'bad',
  unusable: 'bad',
  // chat networks
  here: 'good',
  away: 'bad',
  // findings of the doctor, and health
  note: 'wait',
  fine: 'good',
  trouble: 'bad',
  unknown: 'off',
  // the judge
  'go on': 'good',
  hold: 'wait',
  'roll back': 'bad',
  wait: 'wait',
};

export const toneOf = (state: string): Tone => tones[state] ?? 'off';

export const isKnownState = (state: string): boolean => Object.hasOwn(tones, state);
