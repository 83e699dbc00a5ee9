import { argoThreshold, flaggerThreshold, kayenta, ours, pooledDirichlet } from './contenders.ts';
import { often, race, table } from './race.ts';

export interface Effort {
  hours: number;
  slowHours: number;
  seed: number;
}

const contenders = [
  ours('ours: margin 1.25, α .01, errors and latency'),
  ours('ours, held (α .1)', { when: ['hold', 'roll back'] }),
  ours('ours: margin 1, α .05, errors only', {
    settings: { margin: 1, rollBack: 0.05 },
    without: ['latency', 'replicas', 'share'],
  }),
  pooledDirichlet('Lindon-Malek one-sided, α .05', 0.05),
  kayenta('Kayenta v 90 % stable, from point 1', { from: 1, baseline: 'stable' }),
  kayenta('Kayenta v 90 % stable, from point 6', { from: 6, baseline: 'stable' }),
  kayenta('Kayenta v equal size, from point 6', { from: 6, baseline: 'twin' }),
  argoThreshold('Argo ≥ .99, 10 s, failureLimit 3', 1),
  argoThreshold('Argo ≥ .99, 60 s, failureLimit 3', 6),
  argoThreshold('Argo ≥ .99, 5 min, failureLimit 3', 30),
  flaggerThreshold('Flagger ≥ 99 %, 60 s, threshold 5', 6),
];

/** Ticks of 10 s, 360 looks. */
export function healthyTable(effort: Effort): string {
  const levels = [10, 100, 1000].map((perSecond) =>
    race(
      {
        name: `${perSecond} req/s`,
        ticks: 360,
        at: () => ({
          requests: perSecond * 10,
          share: 0.1,
          candidateErrors: 0.005,
          stableErrors: 0.005,
        }),
      },
      contenders,
      effort,
    ),
  );
  return table(
    ['judge, a look every 10 s', '10 req/s', '100 req/s', '1,000 req/s'],
    contenders.map(({ name }, index) => [name, ...levels.map((level) => often(level[index]!))]),
  );
}
