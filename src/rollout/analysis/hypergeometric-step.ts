import type { OddsGrid } from './odds-grid.ts';

/** Requests and bad ones of both arms in one tick. */
export interface TwoArms {
  candidate: { requests: number; bad: number };
  stable: { requests: number; bad: number };
}

/**
 * What one tick adds to ln L of each alternative (HYP): given the totals of the tick, the candidate's bad
 * requests follow Fisher's noncentral hypergeometric law with the null's odds ratio, whatever the base rate;
 * L grows by f(x) / E[f] with f(x) = ratio^x. All zeros when one arm had no requests, or none was bad.
 *
 * The law is summed outwards from its mode. Where it is wide (a standard deviation of 4 or more), f is made constant over
 * bins of half a standard deviation, which costs 2 % of the evidence; beyond a window that reaches e^-30 of the
 * mode, f stays at the window's edge, and what lies there enters E[f] by a geometric bound (the law is
 * log-concave). Both only change which f is bet on, and the bound only makes E[f] larger: E[L] ≤ 1 holds exactly.
 */
export function hypergeometricStep(
  { candidate, stable }: TwoArms,
  nullOdds: number,
  { logs }: OddsGrid,
): number[] {
  const law: Law = {
    drawn: candidate.bad + stable.bad,
    candidate: candidate.requests,
    stable: stable.requests,
    odds: nullOdds,
  };
  const low = Math.max(0, law.drawn - law.stable);
  const high = Math.min(law.candidate, law.drawn);
  if (low === high) return logs.map(() => 0);
  const mode = modeOf(law, low, high);
  const width = Math.max(1, Math.floor(0.5 * spreadOf(law, mode)));
  const below = sumDown(law, { mode, width, low });
  const above = sumUp(law, { mode, width, high });
  const bin = Math.floor((candidate.bad - mode) / width);
  const fromTop = above.bins - 1 - Math.min(above.bins - 1, Math.max(-below.bins, bin));
  const size = logs.length;
  for (let j = 0; j < size; j += 1) shrinks[j] = Math.exp(-width * logs[j]!);
  sumTimesF(size, above.bins, below.bins);
  const mass = above.mass + below.mass;
  return logs.map((log, j) => -fromTop * width * log - Math.log(sums[j]! / mass));
}

interface Law {
  /** Bad requests of both arms. */
  drawn: number;
  candidate: number;
  stable: number;
  odds: number;
}

/** The root of p(x) = p(x − 1), in the form that does not cancel (Liao & Rosen 2001). */
function modeOf({ drawn, candidate, stable, odds }: Law, low: number, high: number): number {
  const a = odds - 1;
  const b = (candidate + drawn + 2) * odds + stable - drawn;
  const c = odds * (candidate + 1) * (drawn + 1);
  const mode = Math.floor((2 * c) / (b + Math.sqrt(Math.max(0, b * b - 4 * a * c))));
  return Math.min(high, Math.max(low, mode));
}

/** The standard deviation, roughly: only the bins' width depends on it. */
function spreadOf({ drawn, candidate, stable }: Law, mode: number): number {
  const cells = [mode, candidate - mode, drawn - mode, stable - drawn + mode];
  return 1 / Math.sqrt(cells.reduce((sum, cell) => sum + 1 / (cell + 1), 0));
}

interface Side {
  bins: number;
  /** What is surely in them, so that the whole is never taken for more than it is. */
  mass: number;
}

// One tick after the other is weighed on one thread, so the bins may be kept between calls.
let upper = new Float64Array(256);
let lower = new Float64Array(256);

/** Fills the bins from the mode (whose term is 1) upwards. The last one also holds a bound of all that lies beyond. */
function sumUp(
  { drawn, candidate, stable, odds }: Law,
  { mode, width, high }: { mode: number; width: number; high: number },
): Side {
  const spare = stable - drawn;
  let term = 1;
  let x = mode;
  let whole = 0;
  for (let bins = 0; ; bins += 1) {
    if (bins === upper.length) upper = doubled(upper);
    const end = Math.min(high, mode + (bins + 1) * width - 1);
    let mass = term;
    while (x < end) {
      term *= (odds * (candidate - x) * (drawn - x)) / ((x + 1) * (spare + x + 1));
      x += 1;
      mass += term;
    }
    whole += mass;
    upper[bins] = mass;
    if (x === high) return { bins: bins + 1, mass: whole };
    const next = (odds * (candidate - x) * (drawn - x)) / ((x + 1) * (spare + x + 1));
    if (term < farEdge) {
      upper[bins] = mass + (term * next) / (1 - next);
      return { bins: bins + 1, mass: whole };
    }
    term *= next;
    x += 1;
  }
}

/** The same downwards, beginning beside the mode. */
function sumDown(
  { drawn, candidate, stable, odds }: Law,
  { mode, width, low }: { mode: number; width: number; low: number },
): Side {
  const spare = stable - drawn;
  let term = 1;
  let x = mode;
  let whole = 0;
  let bins = 0;
  for (; x > low && term >= nearEdge; bins += 1) {
    if (bins === lower.length) lower = doubled(lower);
    const end = Math.max(low, mode - (bins + 1) * width);
    let mass = 0;
    while (x > end) {
      term *= (x * (spare + x)) / (odds * (candidate - x + 1) * (drawn - x + 1));
      x -= 1;
      mass += term;
    }
    whole += mass;
    lower[bins] = mass;
  }
  if (x > low) {
    const next = (x * (spare + x)) / (odds * (candidate - x + 1) * (drawn - x + 1));
    lower[bins - 1]! += (term * next) / (1 - next);
  }
  return { bins, mass: whole };
}

/** 30 nats are more than any threshold asks of one tick. */
const farEdge = Math.exp(-30);
/** Leaving more out here only makes the whole look smaller, by this share, and E with it. */
const nearEdge = 1e-8;

function doubled(bins: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * bins.length);
  larger.set(bins);
  return larger;
}

const shrinks = new Float64Array(64);
const sums = new Float64Array(64);

/**
 * For each alternative, the sum of mass × f from the lowest bin to the highest by Horner's rule, f being 1 in the
 * highest, so nothing overflows. Bins outside, alternatives inside: the additions need not wait for each other.
 */
function sumTimesF(size: number, above: number, below: number): void {
  for (let j = 0; j < size; j += 1) sums[j] = 0;
  for (let bin = below - 1; bin >= 0; bin -= 1) addBin(size, lower[bin]!);
  for (let bin = 0; bin < above; bin += 1) addBin(size, upper[bin]!);
}

function addBin(size: number, mass: number): void {
  for (let j = 0; j < size; j += 1) sums[j] = sums[j]! * shrinks[j]! + mass;
}
