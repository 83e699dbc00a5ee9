import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { fillBand } from './chart-band.ts';
import type { Plot } from './chart-path.ts';

const plot: Plot = { left: 0, top: 0, width: 3, height: 10, since: 0, until: 3, from: 0, to: 10 };

/** The corners of what is filled, one list for each piece. */
function filled(upper: (number | null)[]): [number, number][][] {
  const pieces: [number, number][][] = [];
  const pen = {
    beginPath: () => undefined,
    moveTo: (x: number, y: number) => void pieces.push([[x, y]]),
    lineTo: (x: number, y: number) => void pieces.at(-1)?.push([x, y]),
    fill: () => undefined,
  };
  fillBand(pen, plot, [0, 1, 2, 3], upper);
  return pieces;
}

test('a band reaches from the line down to 0', () => {
  deepEqual(filled([4, 6, 6, 5]), [
    [
      [0, 10],
      [0, 6],
      [1, 4],
      [2, 4],
      [3, 5],
      [3, 10],
    ],
  ]);
});

test('where values are missing the band has a hole', () => {
  const pieces = filled([4, null, 6, 5]);
  deepEqual(
    pieces.map((piece) => piece.map(([x]) => x)),
    [
      [0, 0, 0],
      [2, 2, 3, 3],
    ],
  );
  deepEqual(filled([null, null, null, null]), []);
});
