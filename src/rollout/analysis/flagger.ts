/** A Flagger canary's analysis; shares and weights in percent. */
export interface FlaggerAnalysis {
  threshold?: number;
  stepWeight: number;
  maxWeight: number;
}

/** One check of an interval: its value and the range it must be in; null: no data, or a query that failed. */
export interface FlaggerCheck {
  value: number | null;
  least?: number;
  most?: number;
}

/** Plain JSON. */
export interface FlaggerCanary {
  phase: 'Progressing' | 'Promoting' | 'Failed';
  weight: number;
  failedChecks: number;
}

export const newFlaggerCanary: FlaggerCanary = { phase: 'Progressing', weight: 0, failedChecks: 0 };

/**
 * A Flagger canary after one more interval, whose checks end at the first failure. Failures are never forgiven within
 * a revision; the rollback comes in the interval after the last allowed one. What has ended stays as it is.
 */
export function flagger(
  canary: FlaggerCanary,
  { threshold = 1, stepWeight, maxWeight }: FlaggerAnalysis,
  checks: readonly FlaggerCheck[],
): FlaggerCanary {
  if (canary.phase !== 'Progressing') return canary;
  if (canary.failedChecks >= threshold) return { ...canary, phase: 'Failed', weight: 0 };
  if (canary.weight > 0 && !checks.every(isPassed))
    return { ...canary, failedChecks: canary.failedChecks + 1 };
  if (canary.weight >= maxWeight) return { ...canary, phase: 'Promoting' };
  return { ...canary, weight: Math.min(maxWeight, canary.weight + stepWeight) };
}

const isPassed = ({ value, least = -Infinity, most = Infinity }: FlaggerCheck): boolean =>
  value !== null && value >= least && value <= most;
