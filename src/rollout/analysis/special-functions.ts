const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(x) for x > 0, to about 15 digits: Stirling's series (Abramowitz & Stegun 6.1.41) from 12 on, reached by the recurrence. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 12) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / z;
  const square = inverse * inverse;
  const series =
    inverse *
    (1 / 12 -
      square *
        (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square / 360)))));
  return (z - 0.5) * Math.log(z) - z + halfLogTwoPi + series - shift;
}

/** ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b). */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Iₓ(a, b), the share of a Beta(a, b) law below x. */
export function regularisedBeta(x: number, a: number, b: number): number {
  return Math.exp(logRegularisedBeta(x, a, b));
}

/** ln Iₓ(a, b); finite where Iₓ itself is too small for a number. */
export function logRegularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return -Infinity;
  if (x >= 1) return 0;
  const front = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b);
  if (x < (a + 1) / (a + b + 2)) return front + Math.log(betaFraction(x, a, b) / a);
  return Math.log1p(-Math.exp(front) * (betaFraction(1 - x, b, a) / b));
}

/** The continued fraction of Iₓ(a, b) (Abramowitz & Stegun 26.5.8), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let numerator = 1;
  let denominator = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = denominator;
  for (let m = 1; m < 100_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const coefficient of [even, odd]) {
      denominator = 1 / awayFromZero(1 + coefficient * denominator);
      numerator = awayFromZero(1 + coefficient / numerator);
      fraction *= numerator * denominator;
    }
    if (Math.abs(numerator * denominator - 1) < 1e-15) break;
  }
  return fraction;
}

const awayFromZero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);

/** Φ(z), the share of a normal law below z, to 1e-15: its power series (Abramowitz & Stegun 26.2.11). */
export function normalShare(z: number): number {
  if (Math.abs(z) > 9) return z > 0 ? 1 : 0;
  let term = z;
  let sum = z;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k += 1) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * z * z - halfLogTwoPi);
}

/** The z with Φ(z) = share, for shares between 1e-12 and 1 − 1e-12, by bisection. */
export function normalQuantile(share: number): number {
  return bisect((z) => normalShare(z) - share, -8, 8);
}

/** Where a rising function crosses zero between two points, to the last bit. */
export function bisect(rising: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let round = 0; round < 200; round += 1) {
    const middle = 0.5 * (low + high);
    if (middle === low || middle === high) break;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

/** ln of the plain mean of e^x, without overflow. */
export function logMeanExp(logs: readonly number[]): number {
  const top = Math.max(...logs);
  if (top === -Infinity) return -Infinity;
  let sum = 0;
  for (const value of logs) sum += Math.exp(value - top);
  return top + Math.log(sum / logs.length);
}
