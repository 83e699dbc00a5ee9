/** A step of a rollout before it starts. */
export interface PlannedStep {
  /** The stable release's rate of bad requests, 0 to 1. */
  baseRate: number;
  /** The candidate's share of the requests, between 0 and 1. */
  share: number;
  /** The level: E must reach 1/alpha. Divide it by the number of metrics. */
  alpha: number;
  /** The odds ratio that is tolerated. */
  margin: number;
}

/** What a step in which the candidate gets so many requests can see; null: not even a release that fails all of them. */
export function planStep(
  step: PlannedStep,
  requests: number,
): { smallestRatio: number | null; words: string } {
  const ratio = smallestRatio(step, requests);
  if (ratio === null)
    return {
      smallestRatio: null,
      words: 'This step is too short to see even a release that fails every request.',
    };
  const rate = inPercent(ratio * Math.max(step.baseRate, leastRate));
  // A multiple of next to nothing says nothing to anybody.
  if (step.baseRate < leastRate)
    return { smallestRatio: ratio, words: `This step can see an error rate ≥ ${rate}.` };
  const times = ratio < 10 ? (Math.ceil(ratio * 10) / 10).toFixed(1) : String(Math.ceil(ratio));
  return {
    smallestRatio: ratio,
    words: `This step can see an error rate ≥ ${times} × the stable release's, ${rate}.`,
  };
}

/** Two digits, rounded up. */
function inPercent(rate: number): string {
  const percent = Math.min(100, rate * 100);
  const unit = percent === 0 ? 1 : 10 ** (Math.floor(Math.log10(percent)) - 1);
  return `${Number((Math.ceil(percent / unit - 1e-9) * unit).toPrecision(2))} %`;
}

/**
 * How many requests the candidate needs until E reaches 1/alpha, about, when its rate is `ratio` times the
 * stable one's: (ln 1/alpha + 1.3) / I with I nats of evidence in each of its requests. Infinity within the margin.
 */
export function requestsNeeded(step: PlannedStep, ratio: number): number {
  if (ratio <= step.margin) return Infinity;
  const { share, margin } = step;
  const rate = Math.max(step.baseRate, leastRate);
  const theta = (share * ratio) / (share * ratio + 1 - share);
  const tolerated = (share * margin) / (share * margin + 1 - share);
  const perEvent =
    theta * Math.log(theta / tolerated) + (1 - theta) * Math.log((1 - theta) / (1 - tolerated));
  const perRequest = (rate / share) * (share * ratio + 1 - share) * perEvent;
  return (Math.log(1 / step.alpha) + 1.3) / perRequest;
}

/** The inverse of requestsNeeded; null when not even a rate of 100 % could be seen. */
function smallestRatio(step: PlannedStep, requests: number): number | null {
  let unseen = step.margin;
  let seen = 1 / Math.max(step.baseRate, leastRate);
  if (seen <= unseen || requestsNeeded(step, seen) > requests) return null;
  for (let round = 0; round < 60; round += 1) {
    const middle = 0.5 * (unseen + seen);
    if (requestsNeeded(step, middle) > requests) unseen = middle;
    else seen = middle;
  }
  return seen;
}

/** A ratio to nothing is no ratio: a stable release without errors counts as one that fails this share. */
const leastRate = 0.0005;
