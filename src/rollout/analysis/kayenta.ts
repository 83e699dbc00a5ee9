import { mannWhitney, rank, sorted, type Shift } from './mann-whitney.ts';

/** One metric of both arms, a value per step, with the options of Kayenta's canary configuration. */
export interface KayentaMetric {
  name: string;
  group: string;
  experiment: readonly number[];
  control: readonly number[];
  direction?: 'increase' | 'decrease' | 'either';
  nanStrategy?: 'remove' | 'replace';
  outliers?: { strategy: 'keep' | 'remove'; outlierFactor?: number };
  critical?: boolean;
  mustHaveData?: boolean;
  muted?: boolean;
  effectSize?: {
    measure?: 'meanRatio' | 'cles';
    allowedIncrease?: number;
    allowedDecrease?: number;
    criticalIncrease?: number;
    criticalDecrease?: number;
  };
}

export type KayentaClass = 'PASS' | 'HIGH' | 'LOW' | 'NODATA' | 'NODATA_FAIL_METRIC' | 'ERROR';

export interface KayentaResult {
  classification: KayentaClass;
  /** So bad by itself that the whole analysis fails. */
  critical: boolean;
  shift: Shift | null;
  effect: number | null;
}

/**
 * How Kayenta's NetflixACAJudge-v1.0 classifies one metric: a 98 % interval of the shift by Mann and Whitney's test against a
 * quarter of its estimate. Each call is a fresh test of fixed size; reading it repeatedly raises false alarms. Where
 * each arm is constant Kayenta adds a little noise; here the shift is their difference, which is what it then finds.
 */
export function classifyMetric(metric: KayentaMetric): KayentaResult {
  const x = prepared(metric, metric.experiment);
  const y = prepared(metric, metric.control);
  if (x.length === 0 || y.length === 0) return withoutData(metric);
  if (isAlike(x, y)) return passed;
  const shift = shiftBetween(x, y);
  if (shift === null) return { ...passed, classification: 'ERROR' };
  const effect = effectOf(metric, x, y);
  const classification = classify(metric, shift, effect);
  const isCritical = metric.critical === true && isCriticallyFar(metric, classification, effect);
  return { classification, critical: isCritical, shift, effect };
}

const passed: KayentaResult = {
  classification: 'PASS',
  critical: false,
  shift: null,
  effect: null,
};

function prepared(
  { nanStrategy = 'remove', outliers }: KayentaMetric,
  values: readonly number[],
): number[] {
  const numbers =
    nanStrategy === 'remove'
      ? values.filter((value) => !Number.isNaN(value))
      : values.map((value) => (Number.isNaN(value) ? 0 : value));
  const inOrder = sorted(numbers);
  return outliers?.strategy === 'remove' && inOrder.length > 0
    ? withoutOutliers(inOrder, outliers.outlierFactor ?? 3)
    : inOrder;
}

function withoutOutliers(values: readonly number[], factor: number): number[] {
  const first = percentile(values, 0.25);
  const third = percentile(values, 0.75);
  const low = Math.min(percentile(values, 0.01), first - factor * (third - first));
  const high = Math.max(percentile(values, 0.99), third + factor * (third - first));
  return values.filter((value) => value >= low && value <= high);
}

/** By linear interpolation, which statisticians call R-7. */
function percentile(values: readonly number[], share: number): number {
  const place = (values.length - 1) * share;
  const below = values[Math.floor(place)]!;
  return below + (place % 1) * ((values[Math.floor(place) + 1] ?? below) - below);
}

function withoutData({
  nanStrategy = 'remove',
  mustHaveData = false,
  critical = false,
}: KayentaMetric): KayentaResult {
  if (nanStrategy === 'replace') return passed;
  const classification = mustHaveData && !critical ? 'NODATA_FAIL_METRIC' : 'NODATA';
  return { ...passed, classification, critical };
}

function isAlike(x: readonly number[], y: readonly number[]): boolean {
  const isSame = x.length === y.length && x.every((value, index) => value === y[index]);
  return isSame || (x[0] === x.at(-1) && y[0] === y.at(-1) && x[0] === y[0]);
}

function shiftBetween(x: readonly number[], y: readonly number[]): Shift | null {
  if (x[0] !== x.at(-1) || y[0] !== y.at(-1)) return mannWhitney(x, y);
  const difference = x[0]! - y[0]!;
  return { lower: difference, upper: difference, estimate: difference };
}

/** null: a mean is zero and there is no ratio. */
function effectOf(
  { effectSize }: KayentaMetric,
  x: readonly number[],
  y: readonly number[],
): number | null {
  if (effectSize?.measure === 'cles') {
    const n = x.length;
    return (2 * rank(x, y, 0).rankSum - n * (n + 1)) / (2 * n * y.length);
  }
  const [one, other] = [x, y].map((values) => values.reduce((a, b) => a + b, 0) / values.length);
  return one === 0 || other === 0 ? null : one! / other!;
}

function classify(metric: KayentaMetric, shift: Shift, effect: number | null): KayentaClass {
  const { direction = 'either', effectSize } = metric;
  const neutral = effectSize?.measure === 'cles' ? 0.5 : 1;
  const { allowedIncrease = neutral, allowedDecrease = neutral } = effectSize ?? {};
  const bound = 0.25 * Math.abs(shift.estimate);
  if (
    direction !== 'decrease' &&
    shift.lower > bound &&
    (effect === null || effect >= allowedIncrease)
  )
    return 'HIGH';
  if (
    direction !== 'increase' &&
    shift.upper < -bound &&
    (effect === null || effect <= allowedDecrease)
  )
    return 'LOW';
  return 'PASS';
}

function isCriticallyFar(
  { effectSize }: KayentaMetric,
  classification: KayentaClass,
  effect: number | null,
): boolean {
  const neutral = effectSize?.measure === 'cles' ? 0.5 : 1;
  const { criticalIncrease = neutral, criticalDecrease = neutral } = effectSize ?? {};
  if (classification === 'HIGH') return effect === null || effect >= criticalIncrease;
  return classification === 'LOW' && (effect === null || effect <= criticalDecrease);
}
