import type { ArmCounts, JudgedTick } from '../../src/rollout/analysis/judged-tick.ts';
import { normalQuantile, normalShare } from '../../src/rollout/analysis/special-functions.ts';
import { binomial, geometric, type Random } from './random.ts';

/** One tick of a simulated rollout: what our judge reads, and an arm of the candidate's size that runs the stable release. */
export interface SimulatedTick extends JudgedTick {
  twin: ArmCounts;
}

/** What happens in one tick. */
export interface Moment {
  requests: number;
  /** The share that reaches the candidate, and the one that the router was told. */
  share: number;
  configuredShare?: number;
  /** Rates of bad requests. */
  candidateErrors: number;
  stableErrors: number;
  /** How many times as slow as before the rollout. */
  candidateSlowdown?: number;
  stableSlowdown?: number;
  /** Mean number of bad requests that come together; 1: independent ones. */
  burst?: number;
}

const stableReplicas = 9;

/** Counts of a tick, drawn. Latencies are log-normal with this spread; cut points are those of the stable release's past. */
export function simulateTick(random: Random, moment: Moment): SimulatedTick {
  const { requests, share, configuredShare = share } = moment;
  const candidateRequests = binomial(random, requests, share);
  const { candidateErrors, stableErrors, burst = 1 } = moment;
  const arm = (size: number, rate: number, slowdown = 1): ArmCounts => ({
    requests: size,
    bad: badOf(random, { size, rate, burst }),
    slower: slowerOf(random, size, slowdown),
  });
  const replicas = evenly(requests - candidateRequests).map((size) =>
    arm(size, stableErrors, moment.stableSlowdown),
  );
  return {
    candidate: arm(candidateRequests, candidateErrors, moment.candidateSlowdown),
    twin: arm(candidateRequests, stableErrors, moment.stableSlowdown),
    stable: together(replicas),
    replicas,
    extra: {},
    share: configuredShare,
  };
}

const evenly = (requests: number): number[] =>
  Array.from(
    { length: stableReplicas },
    (_, index) =>
      Math.floor((requests * (index + 1)) / stableReplicas) -
      Math.floor((requests * index) / stableReplicas),
  );

function badOf(
  random: Random,
  { size, rate, burst }: { size: number; rate: number; burst: number },
): number {
  if (burst === 1) return binomial(random, size, rate);
  let bad = 0;
  for (let bursts = binomial(random, size, rate / burst); bursts > 0; bursts -= 1)
    bad += geometric(random, burst);
  return Math.min(size, bad);
}

const spread = 0.8;
const cutPoints = [0.5, 0.75, 0.9, 0.95, 0.99].map((share) => normalQuantile(share));
const slowShares = new Map<number, number[]>();

function slowerOf(random: Random, size: number, slowdown: number): number[] {
  let shares = slowShares.get(slowdown);
  if (shares === undefined) {
    shares = cutPoints.map((point) => 1 - normalShare(point - Math.log(slowdown) / spread));
    slowShares.set(slowdown, shares);
  }
  let left = size;
  let before = 1;
  return shares.map((share) => {
    left = binomial(random, left, share / before);
    before = share;
    return left;
  });
}

const together = (arms: readonly ArmCounts[]): ArmCounts =>
  arms.reduce((sum, arm) => ({
    requests: sum.requests + arm.requests,
    bad: sum.bad + arm.bad,
    slower: sum.slower.map((count, point) => count + arm.slower[point]!),
  }));
