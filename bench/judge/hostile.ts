import { argoThreshold, flaggerThreshold, kayenta, ours, pooledDirichlet } from './contenders.ts';
import type { Effort } from './healthy.ts';
import { often, race, table, type World } from './race.ts';

const contenders = [
  ours('ours'),
  ours('ours, told the configured share', { without: [] }),
  ours('… held by it', { without: [], when: ['hold'] }),
  ours('ours without replicas', { without: ['replicas', 'share'] }),
  ours('ours, margin 1', { settings: { margin: 1 } }),
  ours('ours, margin 1, α .05, errors', {
    settings: { margin: 1, rollBack: 0.05 },
    without: ['latency', 'replicas', 'share'],
  }),
  pooledDirichlet('Lindon-Malek pooled', 0.05),
  kayenta('Kayenta, from 6', { from: 6, baseline: 'stable' }),
  argoThreshold('Argo 60 s', 6),
  flaggerThreshold('Flagger', 6),
];

const calm = {
  requests: 1000,
  share: 0.1,
  candidateErrors: 0.005,
  stableErrors: 0.005,
};

const ramp = [0.01, 0.05, 0.1, 0.25, 0.5];

const worlds: World[] = [
  {
    name: '5 min incident, both arms 3 %',
    ticks: 360,
    at(tick) {
      const errors = tick >= 120 && tick < 150 ? 0.03 : 0.005;
      return { ...calm, candidateErrors: errors, stableErrors: errors };
    },
  },
  {
    name: 'ramp 1 to 50 % while shared errors go 0.2 → 1 % and latency + 20 %',
    ticks: 360,
    at(tick) {
      const errors = 0.002 + (0.008 * tick) / 359;
      // In steps, so that shares of slow requests are looked up and not computed.
      const slowdown = 1 + (0.2 * Math.floor(tick / 12)) / 29;
      return {
        requests: 1000,
        share: ramp[Math.floor(tick / 72)]!,
        candidateErrors: errors,
        stableErrors: errors,
        candidateSlowdown: slowdown,
        stableSlowdown: slowdown,
      };
    },
  },
  {
    name: 'router sends 11.5 % instead of 10 %',
    ticks: 360,
    at: () => ({ ...calm, share: 0.115, configuredShare: 0.1 }),
  },
  {
    name: 'errors in bursts, index of dispersion 5',
    ticks: 360,
    at: () => ({ ...calm, burst: 3 }),
  },
  {
    name: 'candidate + 20 % errors',
    ticks: 360,
    at: () => ({ ...calm, candidateErrors: 0.006 }),
  },
];

/** 100 requests/s, ticks of 10 s, one hour; worlds as rows, judges as columns. */
export function hostileTable(effort: Effort): string {
  return table(
    ['world', ...contenders.map(({ name }) => name)],
    worlds.map((world) => [world.name, ...race(world, contenders, effort).map(often)]),
  );
}
