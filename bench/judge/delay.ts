import { argoThreshold, type Contender, flaggerThreshold, kayenta, ours } from './contenders.ts';
import type { Effort } from './healthy.ts';
import { delay, race, table } from './race.ts';

/** Read every second, as in a rollout. */
const bySecond = [
  ours('ours: margin 1.25, α .01, errors and latency'),
  ours('ours, held (α .1)', { when: ['hold', 'roll back'] }),
  ours('ours: margin 1.25, α .01, errors only', { without: ['latency', 'share'] }),
  ours('ours: margin 1, α .05, errors and latency', {
    settings: { margin: 1, rollBack: 0.05 },
    without: ['replicas', 'share'],
  }),
  ours('ours: margin 1, α .05, errors only', {
    settings: { margin: 1, rollBack: 0.05 },
    without: ['latency', 'replicas', 'share'],
  }),
];

/** Every 10 s, as in the design's table. */
const byTenSeconds = [
  kayenta('Kayenta v 90 % stable, from point 6', { from: 6, baseline: 'stable' }),
  kayenta('Kayenta v equal size, from point 6', { from: 6, baseline: 'twin' }),
  argoThreshold('Argo ≥ .99, 60 s, failureLimit 3', 6),
  argoThreshold('Argo ≥ .99, 5 min, failureLimit 3', 30),
  flaggerThreshold('Flagger ≥ 99 %, 60 s, threshold 5', 6),
];

/** A clear regression needs no hour to be found. */
const releases = [
  { name: '0.5 → 1 %', errors: 0.01, slowdown: 1, seconds: 3600 },
  { name: '0.5 → 2 %', errors: 0.02, slowdown: 1, seconds: 1200 },
  { name: '0.5 → 5 %', errors: 0.05, slowdown: 1, seconds: 1200 },
  { name: 'latency + 10 %', errors: 0.005, slowdown: 1.1, seconds: 1200 },
  { name: 'latency + 50 %', errors: 0.005, slowdown: 1.5, seconds: 600 },
];

export function delayTable(effort: Effort): string {
  const columns = releases.map(({ name, errors, slowdown, seconds: end }) => {
    const run = (contenders: readonly Contender[], seconds: number) =>
      race(
        {
          name,
          ticks: end / seconds,
          at: () => ({
            requests: 100 * seconds,
            share: 0.1,
            candidateErrors: errors,
            stableErrors: 0.005,
            candidateSlowdown: slowdown,
          }),
        },
        contenders,
        effort,
      );
    return [...run(bySecond, 1), ...run(slowdown === 1 ? byTenSeconds : [], 10)];
  });
  return table(
    ['judge', ...releases.map(({ name }) => name)],
    [...bySecond, ...byTenSeconds].map(({ name }, index) => [
      name,
      ...columns.map((column) => (column[index] === undefined ? '–' : delay(column[index]))),
    ]),
  );
}
