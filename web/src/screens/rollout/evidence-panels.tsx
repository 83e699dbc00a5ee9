import { useMemo } from 'preact/hooks';
import { Chart } from '../../parts/chart.tsx';
import type { Marker } from '../../parts/chart-props.ts';
import { Panel } from '../../parts/panel.tsx';
import { milliseconds, percent } from '../../words/number-words.ts';
import { evidenceSeries, smoothSeconds, type Compared, type Evidence } from './evidence-series.ts';
import { eValue, whyNoEvidence } from './evidence-words.ts';
import { MetricsPanel } from './metrics-panel.tsx';
import { meanwhileMarkers, rolloutMarkers } from './rollout-markers.ts';
import type { Details } from './rollout.tsx';

/** p95 of the old release's past: slow enough to be felt, frequent enough to be seen. */
const shownCut = 3;

interface Seen {
  rollout: Details;
  evidence: Evidence;
}

/** What the judge counted as lines over time, and what follows from it. */
export function EvidencePanels({ rollout, evidence }: Seen) {
  const series = useMemo(() => evidenceSeries(evidence, shownCut), [evidence]);
  if (evidence.ticks.length === 0)
    return (
      <Panel title="Evidence">
        <p class="empty">{whyNoEvidence(rollout)}</p>
      </Panel>
    );
  const { x, errors, slow, requests } = series;
  const own = rolloutMarkers(rollout);
  const until = rollout.endedAt ? Date.parse(rollout.endedAt) / 1000 : x.at(-1)!;
  const shared = {
    x,
    markers: [...own, ...meanwhileMarkers(rollout)].sort((one, other) => one.at - other.at),
    group: rollout.id,
    span: [Math.min(x[0]!, own[0]?.at ?? Infinity), Math.max(until, x.at(-1)!)] as const,
  };
  const cutMs = evidence.cutPointsMs[shownCut];
  return (
    <>
      <div class="rollout-charts">
        <Chart
          {...shared}
          {...comparison(errors, evidence.margin)}
          title="Errors"
          caption={`Share of bad answers in the ${smoothSeconds} s before`}
        />
        {slow && cutMs !== undefined ? (
          <Chart
            {...shared}
            {...comparison(slow, evidence.margin)}
            title="Latency"
            caption={`Share slower than ${milliseconds(cutMs)}, as 5 % of the old release’s past were; the judge looks at five such cuts`}
          />
        ) : (
          <NoLatency evidence={evidence} />
        )}
        <Chart
          {...shared}
          title="Requests"
          caption="Per second"
          format={(value) => `${Number(value.toPrecision(3))}/s`}
          series={arms(requests)}
        />
        <Weighed {...shared} evidence={evidence} metrics={series.metrics} />
      </div>
      <MetricsPanel rollout={rollout.id} evidence={evidence} />
    </>
  );
}

const arms = ({ candidate, stable }: Pick<Compared, 'candidate' | 'stable'>) => [
  { label: 'old', values: stable, tone: 'off' as const },
  { label: 'new', values: candidate, tone: 'busy' as const },
];

const comparison = (compared: Compared, margin: number) => ({
  series: arms(compared),
  band: { label: `allowed: odds up to ${margin} ×`, upper: compared.allowed },
  format: percent,
  least: 0.01,
});

const NoLatency = ({ evidence }: { evidence: Evidence }) => (
  <figure class="chart">
    <figcaption>
      <b>Latency</b>
    </figcaption>
    <p class="empty">
      {evidence.cutPointsMs.length === 0
        ? 'Not judged yet: it is compared with the old release’s own past, which has had too few requests.'
        : 'Not judged yet: instances of the new release may be slow while they are warming up.'}
    </p>
  </figure>
);

interface WeighedProps {
  x: Float64Array;
  markers: readonly Marker[];
  group: string;
  span: readonly [number, number];
  evidence: Evidence;
  metrics: readonly { metric: string; values: Float64Array }[];
}

const tones = ['busy', 'wait', 'good', 'off'] as const;

const Weighed = ({ evidence: { thresholds }, metrics, ...shared }: WeighedProps) => (
  <Chart
    {...shared}
    title="Evidence against it"
    caption="e-values; below 0.001 they leave the chart"
    log
    range={[-3, 9]}
    format={eValue}
    series={metrics
      .slice(0, tones.length)
      .map(({ metric, values }, at) => ({ label: metric, values, tone: tones[at]! }))}
    thresholds={[
      { at: thresholds.hold, label: 'hold', tone: 'wait' },
      { at: thresholds.rollBack, label: 'roll back', tone: 'bad' },
    ]}
  />
);
