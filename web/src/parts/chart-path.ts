import type { Values } from './chart-scale.ts';

/** How moments and values become pixels. */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Seconds since 1970. */
  since: number;
  until: number;
  from: number;
  to: number;
}

export const toX = ({ left, width, since, until }: Plot, moment: number): number =>
  left + ((moment - since) / (until - since || 1)) * width;

export const toY = ({ top, height, from, to }: Plot, value: number): number =>
  top + height - ((value - from) / (to - from || 1)) * height;

// One for all charts: a path is drawn before the next one is made.
let pixels = new Float64Array(4096);

/**
 * A line in pixels: x, y, x, y, …, where it is broken NaN, NaN. Of all values in one column of pixels it has the first,
 * the highest, the lowest and the last, so that no peak is lost and no line takes longer than the chart is wide. The
 * answer is good until the next call.
 */
export function linePath(moments: ArrayLike<number>, values: Values, plot: Plot): Float64Array {
  const { since, until } = plot;
  let size = 0;
  let column = NaN;
  let [x, first, high, low, last] = [0, 0, 0, 0, 0];
  const write = (one: number, other: number): void => {
    pixels[size] = one;
    pixels[size + 1] = other;
    size += 2;
  };
  const leave = (): void => {
    if (Number.isNaN(column)) return;
    write(x, first);
    if (high < first && high < last) write(x, high);
    if (low > first && low > last) write(x, low);
    if (last !== first) write(x, last);
    column = NaN;
  };
  if (pixels.length < values.length * 4) pixels = new Float64Array(values.length * 8);
  for (let at = 0; at < values.length; at += 1) {
    const moment = moments[at]!;
    if (moment < since || moment > until) continue;
    const value = values[at] ?? NaN;
    if (Number.isNaN(value)) {
      leave();
      if (size > 0 && !Number.isNaN(pixels[size - 1])) write(NaN, NaN);
      continue;
    }
    const across = toX(plot, moment);
    const down = toY(plot, value);
    if (Math.floor(across) !== column) {
      leave();
      column = Math.floor(across);
      x = across;
      first = high = low = down;
    }
    // Downwards is more in pixels.
    if (down < high) high = down;
    if (down > low) low = down;
    last = down;
  }
  leave();
  return pixels.subarray(0, size);
}
