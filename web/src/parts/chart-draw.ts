import { fillBand } from './chart-band.ts';
import { chartColours } from './chart-colours.ts';
import { linePath, toX, toY, type Plot } from './chart-path.ts';
import type { ChartProps, Line, Marker, Threshold } from './chart-props.ts';

export interface Drawing {
  x: ArrayLike<number>;
  lines: readonly Line[];
  band: ChartProps['band'];
  thresholds: readonly Threshold[];
  markers: readonly Marker[];
  /** Where the axes are labelled, and how. */
  across: readonly (readonly [at: number, words: string])[];
  up: readonly (readonly [at: number, words: string])[];
}

type Context = CanvasRenderingContext2D;

/** All of a chart but its words and its cursor, in CSS pixels. Nothing is read from the page. */
export function drawChart(context: Context, plot: Plot, drawing: Drawing): void {
  const { left, top, width, height } = plot;
  context.clearRect(0, 0, left + width + 99, top + height + 99);
  context.font = '11px system-ui, sans-serif';
  context.lineCap = 'round';
  context.lineJoin = 'bevel';
  drawAxes(context, plot, drawing);
  drawMarkers(context, plot, drawing.markers);
  context.save();
  context.beginPath();
  context.rect(left, top - 2, width + 1, height + 4);
  context.clip();
  if (drawing.band) {
    context.fillStyle = chartColours().band;
    fillBand(context, plot, drawing.x, drawing.band.upper);
  }
  for (const { values, tone } of drawing.lines) {
    context.strokeStyle = chartColours()[tone];
    context.lineWidth = tone === 'off' ? 1.3 : 1.8;
    stroke(context, linePath(drawing.x, values, plot));
  }
  context.restore();
  drawThresholds(context, plot, drawing.thresholds);
}

function drawAxes(context: Context, plot: Plot, { across, up }: Drawing): void {
  const { left, top, width, height } = plot;
  context.lineWidth = 1;
  context.strokeStyle = chartColours().line;
  context.fillStyle = chartColours().off;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const [at, words] of up) {
    const y = Math.round(toY(plot, at)) + 0.5;
    ruler(context, [left, y, left + width, y]);
    context.fillText(words, left - 6, y);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const [at, words] of across) {
    const half = context.measureText(words).width / 2;
    const x = Math.min(Math.max(toX(plot, at), left + half), left + width - half);
    context.fillText(words, x, top + height + 6);
  }
}

function drawMarkers(context: Context, plot: Plot, markers: readonly Marker[]): void {
  const { left, top, width, height, since, until } = plot;
  context.strokeStyle = context.fillStyle = chartColours().off;
  context.textAlign = 'left';
  context.textBaseline = 'bottom';
  context.setLineDash([2, 3]);
  let free = left;
  for (const { at, short, faint } of markers) {
    if (at < since || at > until) continue;
    const x = Math.round(toX(plot, at)) + 0.5;
    context.globalAlpha = faint ? 0.45 : 1;
    ruler(context, [x, top - 4, x, top + height]);
    if (short === undefined) continue;
    const wide = context.measureText(short).width;
    const from = Math.min(x, left + width - wide);
    if (from < free) continue;
    context.fillText(short, from, top - 4);
    free = from + wide + 6;
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function drawThresholds(context: Context, plot: Plot, thresholds: readonly Threshold[]): void {
  context.textAlign = 'left';
  context.lineWidth = 1;
  context.setLineDash([5, 4]);
  for (const { at, label, tone } of thresholds) {
    const y = Math.round(toY(plot, at)) + 0.5;
    if (y < plot.top || y > plot.top + plot.height + 1) continue;
    context.strokeStyle = context.fillStyle = chartColours()[tone];
    ruler(context, [plot.left, y, plot.left + plot.width, y]);
    context.fillText(label, plot.left + 4, y - 2);
  }
  context.setLineDash([]);
}

function ruler(context: Context, [x, y, toX, toY]: [number, number, number, number]): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

function stroke(context: Context, path: Float64Array): void {
  context.beginPath();
  let isDown = false;
  for (let at = 0; at < path.length; at += 2) {
    const x = path[at]!;
    const y = path[at + 1]!;
    // A value between two gaps is a dot: a line of no length would not be drawn.
    if (!isDown) context.moveTo(x - 0.01, y);
    isDown = !Number.isNaN(x);
    if (isDown) context.lineTo(x, y);
  }
  context.stroke();
}
