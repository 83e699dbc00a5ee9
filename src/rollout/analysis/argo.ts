/** One metric of an Argo Rollouts AnalysisTemplate; each limit has Argo's default, -1 for failures means none. */
export interface ArgoMetric {
  isSuccess?: (result: number) => boolean;
  isFailure?: (result: number) => boolean;
  failureLimit?: number;
  inconclusiveLimit?: number;
  consecutiveErrorLimit?: number;
  consecutiveSuccessLimit?: number;
  /** Measurements to make; none: for ever. */
  count?: number;
}

export type ArgoPhase = 'Running' | 'Successful' | 'Failed' | 'Inconclusive' | 'Error';

/** What has been counted so far. Plain JSON. */
export interface ArgoRun {
  phase: ArgoPhase;
  count: number;
  failed: number;
  inconclusive: number;
  consecutiveErrors: number;
  consecutiveSuccesses: number;
}

export const newArgoRun: ArgoRun = {
  phase: 'Running',
  count: 0,
  failed: 0,
  inconclusive: 0,
  consecutiveErrors: 0,
  consecutiveSuccesses: 0,
};

/**
 * An Argo Rollouts analysis run after one more measurement; null is one whose query failed. Failures are counted over
 * the whole run, also when successes lie between them. A run that has ended stays as it is.
 */
export function argo(run: ArgoRun, metric: ArgoMetric, result: number | null): ArgoRun {
  if (run.phase !== 'Running') return run;
  const next = counted(run, result === null ? 'Error' : measured(metric, result));
  return { ...next, phase: phaseOf(next, metric) };
}

type Measured = 'Successful' | 'Failed' | 'Inconclusive' | 'Error';

function measured({ isSuccess, isFailure }: ArgoMetric, result: number): Measured {
  try {
    if (isFailure?.(result) === true) return 'Failed';
    if (isSuccess === undefined || isSuccess(result)) return 'Successful';
    return isFailure === undefined ? 'Failed' : 'Inconclusive';
  } catch {
    return 'Error';
  }
}

function counted(run: ArgoRun, measured: Measured): ArgoRun {
  const isError = measured === 'Error';
  return {
    ...run,
    // A measurement that could not be made is made again and is none.
    count: run.count + (isError ? 0 : 1),
    failed: run.failed + (measured === 'Failed' ? 1 : 0),
    inconclusive: run.inconclusive + (measured === 'Inconclusive' ? 1 : 0),
    consecutiveErrors: isError ? run.consecutiveErrors + 1 : 0,
    consecutiveSuccesses: measured === 'Successful' ? run.consecutiveSuccesses + 1 : 0,
  };
}

function phaseOf(run: ArgoRun, metric: ArgoMetric): ArgoPhase {
  const { failureLimit = 0, inconclusiveLimit = 0, consecutiveErrorLimit = 4 } = metric;
  if (run.consecutiveErrors > consecutiveErrorLimit) return 'Error';
  if (run.inconclusive > inconclusiveLimit) return 'Inconclusive';
  if (failureLimit !== -1 && run.failed > failureLimit) return 'Failed';
  const successes = metric.consecutiveSuccessLimit;
  if (successes !== undefined && run.consecutiveSuccesses >= successes) return 'Successful';
  if (metric.count === undefined || run.count < metric.count) return 'Running';
  return successes === undefined ? 'Successful' : 'Inconclusive';
}

/** What a run without an end becomes when its rollout has no more need of it. */
export function endArgoRun(run: ArgoRun): ArgoRun {
  return run.phase === 'Running' ? { ...run, phase: 'Successful' } : run;
}
