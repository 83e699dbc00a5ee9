import { render } from 'preact';
import uPlot from 'uplot';
import { Chart } from '../../../web/src/parts/chart.tsx';
import type { ChartProps } from '../../../web/src/parts/chart-props.ts';
import '../../../web/src/style/base.css';
import '../../../web/src/style/parts.css';
import { timed } from './timed.ts';
import { uplotData, uplotOptions } from './uplot-chart.ts';

const charts = 6;
const points = 3600;
const tones = ['busy', 'good', 'wait', 'off'] as const;
const size = { width: 420, height: 180 };

const [ours, peer] = ['#ours', '#peer'].map((name) => document.querySelector<HTMLElement>(name)!);
let data: ChartProps[] = [];
let drawn: uPlot[] = [];
const showOurs = (all: readonly ChartProps[]): void =>
  render(
    <div style={{ width: `${size.width}px` }}>
      {all.map((props) => (
        <Chart key={props.title} {...props} />
      ))}
    </div>,
    ours!,
  );

/** Numbers that wander, as of an hour, a second apart; other ones each time. */
function madeUp(title: string): ChartProps {
  const x = Float64Array.from({ length: points }, (_, second) => 1_780_000_000 + second);
  const line = (): Float64Array => {
    let at = 50;
    return Float64Array.from(x, () => (at = Math.abs(at + Math.random() * 4 - 2)));
  };
  const series = tones.map((tone) => ({ label: tone, values: line(), tone }));
  return { title, x, series, format: (value) => value.toFixed(1), group: 'all' };
}

Object.assign(window, {
  prepare: () => void (data = Array.from({ length: charts }, (_, at) => madeUp(`Chart ${at}`))),
  bench: {
    nothing: () => timed(() => undefined),
    ours: {
      first: () => timed(() => showOurs(data)),
      update: () => timed(() => showOurs(data)),
      clear: () => timed(() => showOurs([])),
    },
    peer: {
      first: () =>
        timed(() => {
          drawn = data.map((props) => new uPlot(uplotOptions(props, size), uplotData(props), peer));
        }),
      update: () => timed(() => drawn.forEach((chart, at) => chart.setData(uplotData(data[at]!)))),
      clear: () => timed(() => drawn.forEach((chart) => chart.destroy())),
    },
  },
});
