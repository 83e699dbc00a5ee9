import { linePath, toY, type Plot } from './chart-path.ts';
import type { Values } from './chart-scale.ts';

type Pen = Pick<CanvasRenderingContext2D, 'beginPath' | 'moveTo' | 'lineTo' | 'fill'>;

/** Fills what lies between 0 and a line; where the line is broken there is a hole. */
export function fillBand(pen: Pen, plot: Plot, x: ArrayLike<number>, upper: Values): void {
  const path = linePath(x, upper, plot);
  const ground = toY(plot, Math.max(plot.from, 0));
  pen.beginPath();
  let last = NaN;
  for (let at = 0; at <= path.length; at += 2) {
    const across = path[at] ?? NaN;
    if (Number.isNaN(across)) pen.lineTo(last, ground);
    else {
      if (Number.isNaN(last)) pen.moveTo(across, ground);
      pen.lineTo(across, path[at + 1]!);
    }
    last = across;
  }
  pen.fill();
}
