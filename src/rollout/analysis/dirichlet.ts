import { logBeta, logGamma, logRegularisedBeta } from './special-functions.ts';

/**
 * ln of the Bayes factor against "each event is of arm i with probability nullShares[i]", for a Dirichlet(prior) mixture
 * of alternatives (Lindon & Malek 2022). Its exponential is an e-process: p = min(1, 1/BF) at its lowest so far.
 */
export function dirichlet({ counts, nullShares, prior }: Multinomial): number {
  const events = sum(counts);
  const weight = sum(prior);
  return counts.reduce(
    (log, count, arm) =>
      log +
      logGamma(prior[arm]! + count) -
      logGamma(prior[arm]!) -
      count * Math.log(nullShares[arm]!),
    logGamma(weight) - logGamma(weight + events),
  );
}

interface Multinomial {
  counts: readonly number[];
  nullShares: readonly number[];
  prior: readonly number[];
}

/** ln E against "the candidate has at most its share of the bad events": the mixture cut to larger shares. */
export function oneSidedDirichlet({ candidate, stable, share, kappa }: Split): number {
  const a = kappa * share;
  const b = kappa * (1 - share);
  return (
    logBeta(a + candidate, b + stable) +
    logRegularisedBeta(1 - share, b + stable, a + candidate) -
    logBeta(a, b) -
    logRegularisedBeta(1 - share, b, a) -
    candidate * Math.log(share) -
    stable * Math.log1p(-share)
  );
}

interface Split {
  candidate: number;
  stable: number;
  /** The candidate's under the null, 0 to 1. */
  share: number;
  /** How many events the prior is worth. */
  kappa: number;
}

/** The kappa that makes the test sharpest at so many bad events of both arms (Howard's tuning). */
export function kappaFor(events: number, alpha: number): number {
  const twice = 2 * Math.log(1 / alpha);
  return events / (twice + Math.log1p(twice)) - 1;
}

/** The shares that are not yet refuted at level alpha, at any time, both ends found by bisection. */
export function shareInterval(
  { candidate, stable, share, kappa }: Split,
  alpha: number,
): [low: number, high: number] {
  const a = kappa * share;
  const b = kappa * (1 - share);
  const mixture = logBeta(a + candidate, b + stable) - logBeta(a, b);
  const refuted = (theta: number): boolean =>
    mixture - candidate * Math.log(theta) - stable * Math.log1p(-theta) >= Math.log(1 / alpha);
  const likeliest = candidate + stable === 0 ? share : candidate / (candidate + stable);
  return [boundary(refuted, likeliest, 0), boundary(refuted, likeliest, 1)];
}

function boundary(refuted: (theta: number) => boolean, inside: number, outside: number): number {
  let near = inside;
  let far = outside;
  for (let round = 0; round < 60; round += 1) {
    const middle = 0.5 * (near + far);
    if (refuted(middle)) far = middle;
    else near = middle;
  }
  return near;
}

/** The ratio of the arms' rates that belongs to the candidate's share of the bad events. */
export function rateRatio(theta: number, share: number): number {
  return ((theta / (1 - theta)) * (1 - share)) / share;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
