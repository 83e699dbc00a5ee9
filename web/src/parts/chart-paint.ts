import { drawChart } from './chart-draw.ts';
import {
  linearScale,
  powerOfTen,
  powerScale,
  extent,
  timeTicks,
  type Scale,
} from './chart-scale.ts';
import type { ChartProps } from './chart-props.ts';

/** Around the plot, for the words on its axes; in CSS pixels. */
export const gapLeft = 52;
export const gapRight = 8;
const gapTop = 20;
const gapBottom = 22;
/** One moment on the time axis for so many pixels. */
const timeWidth = 90;

/** From when to when a chart goes, in seconds since 1970. */
export const spanOf = ({ x, span }: ChartProps): readonly [since: number, until: number] =>
  span ?? [x[0] ?? 0, x[x.length - 1] ?? 0];

/** Draws a chart as large as its canvas is on the page, as sharp as the screen can. */
export function paintChart(canvas: HTMLCanvasElement, props: ChartProps): void {
  const { clientWidth, clientHeight } = canvas;
  const context = canvas.getContext('2d');
  if (!context || clientWidth === 0) return;
  if (!fitsPage(canvas)) [canvas.width, canvas.height] = pixelsOf(canvas);
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  const { series, band, thresholds = [], markers = [], log, format } = props;
  const [since, until] = spanOf(props);
  const { from, to, ticks } = scaleOf(props);
  const width = clientWidth - gapLeft - gapRight;
  const height = clientHeight - gapTop - gapBottom;
  const plot = { left: gapLeft, top: gapTop, width, height, since, until, from, to };
  const offset = -60 * new Date(until * 1000).getTimezoneOffset();
  const moments = timeTicks({ from: since, to: until }, width / timeWidth, offset);
  const words = until - since < 600 ? toTheSecond : until - since > 86_400 ? toTheDay : toTheMinute;
  drawChart(context, plot, {
    x: props.x,
    lines: series,
    band,
    thresholds,
    markers,
    across: moments.map((at) => [at, words.format(at * 1000)]),
    up: ticks.map((at) => [at, log ? powerOfTen(at) : format(at)]),
  });
}

const pixelsOf = ({ clientWidth, clientHeight }: HTMLCanvasElement): [number, number] => [
  Math.round(clientWidth * devicePixelRatio),
  Math.round(clientHeight * devicePixelRatio),
];

/** Whether it was painted in the size that it has now. */
export function fitsPage(canvas: HTMLCanvasElement): boolean {
  const [width, height] = pixelsOf(canvas);
  return canvas.width === width && canvas.height === height;
}

const toTheMinute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
export const toTheSecond = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const toTheDay = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
});

function scaleOf({ series, band, thresholds = [], log, range, least = 0 }: ChartProps): Scale {
  const lines = series.map(({ values }) => values);
  const marks = thresholds.map(({ at }) => at);
  const [low, high] = extent([...lines, ...(band ? [band.upper] : []), marks, [least]]);
  const [from, to] = range ?? [-Infinity, Infinity];
  return log
    ? powerScale(Math.max(low, from), Math.min(high, to))
    : linearScale(Math.min(high, to));
}
