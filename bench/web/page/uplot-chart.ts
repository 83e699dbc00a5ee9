import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { chartColours } from '../../../web/src/parts/chart-colours.ts';
import type { ChartProps } from '../../../web/src/parts/chart-props.ts';

/** What a chart of ours shows, in uPlot's words: lines, the band, thresholds and markers. */
export function uplotOptions(props: ChartProps, size: Pick<uPlot.Options, 'width' | 'height'>) {
  const { series, band, format } = props;
  const colours = chartColours();
  const options: uPlot.Options = {
    ...size,
    cursor: props.group === undefined ? {} : { sync: { key: props.group } },
    axes: [{}, { values: (_, ticks) => ticks.map(format) }],
    series: [
      {},
      ...series.map(({ label, tone }) => ({
        label,
        stroke: colours[tone],
        width: 1.5,
        points: { show: false },
      })),
      ...(band ? [{ label: band.label }, { show: false }] : []),
    ],
    bands: band ? [{ series: [series.length + 1, series.length + 2], fill: colours.band }] : [],
    hooks: { draw: [(chart) => drawMarks(chart, props)] },
  };
  return options;
}

export function uplotData({ x, series, band }: ChartProps): uPlot.AlignedData {
  const lines = [...series.map(({ values }) => values), ...(band ? [band.upper, zeros(x)] : [])];
  return [x, ...lines] as unknown as uPlot.AlignedData;
}

const zeros = (x: ArrayLike<number>): Float64Array => new Float64Array(x.length);

function drawMarks(chart: uPlot, { thresholds = [], markers = [] }: ChartProps): void {
  const { ctx, bbox } = chart;
  const { left, top, width, height } = bbox;
  const draw = (from: [number, number], to: [number, number], words = ''): void => {
    ctx.beginPath();
    ctx.moveTo(...from);
    ctx.lineTo(...to);
    ctx.stroke();
    ctx.fillText(words, ...from);
  };
  for (const { at, label, tone } of thresholds) {
    const y = chart.valToPos(at, 'y', true);
    ctx.strokeStyle = chartColours()[tone];
    draw([left, y], [left + width, y], label);
  }
  for (const { at, short } of markers) {
    const x = chart.valToPos(at, 'x', true);
    draw([x, top], [x, top + height], short);
  }
}
