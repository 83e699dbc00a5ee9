/** Whether an endpoint is left out because it failed one request after the other. */
export interface Ejection {
  /** In a row. */
  failures: number;
  /** 0: it is in. Else it is out until then, in ms since 1970; afterwards one request may try it. */
  outUntilMs: number;
  isProbed: boolean;
  /** How long it will be out next time. */
  nextMs: number;
}

const failuresUntilOut = 3;
const shortestMs = 1_000;
const longestMs = 30_000;
/** When a probe has no outcome for so long, another request may try. */
const probeMs = 5_000;

export function ejection(): Ejection {
  return { failures: 0, outUntilMs: 0, isProbed: false, nextMs: shortestMs };
}

/**
 * Out after three failures in a row, for 1, 2, 4 … 30 s; any success ends it. A failure is no connection or
 * no valid answer; an answer of 5xx is a success here, for what a version answers is the judge's business.
 */
export function noteOutcome(of: Ejection, isFine: boolean, nowMs: number): void {
  if (isFine) {
    if (of.failures > 0) Object.assign(of, ejection());
    return;
  }
  of.failures++;
  // Requests that were under way when it was put out say nothing new; only the probe does.
  const putsOut = of.outUntilMs === 0 ? of.failures >= failuresUntilOut : of.isProbed;
  if (!putsOut) return;
  of.outUntilMs = nowMs + of.nextMs;
  of.nextMs = Math.min(of.nextMs * 2, longestMs);
  of.isProbed = false;
}

/** It is in, or its time is up and it waits for a probe. */
export function mayTry({ outUntilMs }: Ejection, nowMs: number): boolean {
  return outUntilMs <= nowMs;
}

/** A request goes there now: while its outcome is open, no other does. */
export function beginProbe(of: Ejection, nowMs: number): void {
  of.isProbed = true;
  of.outUntilMs = nowMs + probeMs;
}
