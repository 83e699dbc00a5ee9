/** What is known of how much more the stable replicas' counts scatter than independent requests would. Plain JSON. */
export interface Dispersion {
  chiSquare: number;
  /** Degrees of freedom. */
  freedom: number;
}

export const noDispersion: Dispersion = { chiSquare: 0, freedom: 0 };

/**
 * With one more tick: Pearson's X² of the replicas' bad requests against the rate they had together in this tick,
 * times (n − 1)/n, which makes its mean the degrees of freedom exactly however few are bad. Ticks in which none or all
 * requests were bad say nothing. Drift and shared incidents do not count: they are between ticks, not within.
 */
export function withReplicas(
  dispersion: Dispersion,
  replicas: readonly { requests: number; bad: number }[],
): Dispersion {
  let used = 0;
  let requests = 0;
  let bad = 0;
  for (const replica of replicas) {
    if (replica.requests > 0) used += 1;
    requests += replica.requests;
    bad += replica.bad;
  }
  if (used < 2 || bad === 0 || bad === requests) return dispersion;
  const rate = bad / requests;
  let chiSquare = 0;
  for (const replica of replicas)
    if (replica.requests > 0)
      chiSquare +=
        (replica.bad - replica.requests * rate) ** 2 / (replica.requests * rate * (1 - rate));
  return {
    chiSquare: dispersion.chiSquare + (chiSquare * (requests - 1)) / requests,
    freedom: dispersion.freedom + used - 1,
  };
}

/** The index of dispersion, never below 1. Dividing ln L by it is a heuristic, not a theorem. */
export function phiOf({ chiSquare, freedom }: Dispersion): number {
  return freedom === 0 ? 1 : Math.max(1, chiSquare / freedom);
}
