interface Point {
  x: number;
  y: number;
}

/**
 * Where a function crosses zero between two points of different sign, to half the tolerance: Brent's method in the form
 * of netlib's zeroin, where a guess must be shorter than half the last step. Kayenta's results have it to the digit.
 */
export function brentRoot(
  f: (x: number) => number,
  { from, to, tolerance }: { from: number; to: number; tolerance: number },
): number {
  let previous: Point = { x: from, y: f(from) };
  let best: Point = { x: to, y: f(to) };
  // On the other side of zero than the best.
  let opposite = previous;
  for (let round = 0; round < 1000; round += 1) {
    const last = best.x - previous.x;
    if (Math.abs(opposite.y) < Math.abs(best.y))
      [previous, best, opposite] = [best, opposite, best];
    const least = 2 * Number.EPSILON * Math.abs(best.x) + 0.5 * tolerance;
    const half = 0.5 * (opposite.x - best.x);
    if (Math.abs(half) <= least || best.y === 0) return best.x;
    const isUseful = Math.abs(last) >= least && Math.abs(previous.y) > Math.abs(best.y);
    const step = isUseful ? guess({ previous, best, opposite }, { half, last, least }) : half;
    previous = best;
    const x = best.x + (Math.abs(step) < least ? Math.sign(step) * least : step);
    best = { x, y: f(x) };
    if (best.y > 0 === opposite.y > 0) opposite = previous;
  }
  return best.x;
}

/** A step along the secant or the inverse parabola of three points, or to the middle if that leads too far. */
function guess(
  { previous, best, opposite }: Record<'previous' | 'best' | 'opposite', Point>,
  { half, last, least }: Record<'half' | 'last' | 'least', number>,
): number {
  const s = best.y / previous.y;
  let up = 2 * half * s;
  let down = 1 - s;
  if (previous.x !== opposite.x) {
    const q = previous.y / opposite.y;
    const r = best.y / opposite.y;
    up = s * (2 * half * q * (q - r) - (best.x - previous.x) * (r - 1));
    down = (q - 1) * (r - 1) * (s - 1);
  }
  if (up > 0) down = -down;
  else up = -up;
  const staysInside = up < 1.5 * half * down - 0.5 * Math.abs(least * down);
  return staysInside && up < 0.5 * Math.abs(last * down) ? up / down : half;
}
