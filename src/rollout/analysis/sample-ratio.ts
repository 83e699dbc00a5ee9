import { dirichlet } from './dirichlet.ts';

/** What is known of the router's split. Plain JSON. */
export interface SampleRatio {
  /** The share the counts below belong to; null: none seen yet. */
  share: number | null;
  candidate: number;
  stable: number;
  /** ln E of the shares before, each of which began at E = 1. */
  before: number;
  /** The highest ln E so far. */
  highest: number;
  /** Over all shares: requests counted, the candidate's among them, and how many it should have had. */
  requests: number;
  got: number;
  expected: number;
}

export const newSampleRatio: SampleRatio = {
  share: null,
  candidate: 0,
  stable: 0,
  before: 0,
  highest: 0,
  requests: 0,
  got: 0,
  expected: 0,
};

/** With one more tick. A share of nothing or of everything leaves nothing to be checked. */
export function withSplit(
  ratio: SampleRatio,
  { candidate, stable, share }: { candidate: number; stable: number; share: number | null },
): SampleRatio {
  const requests = candidate + stable;
  if (share === null || share === 0 || share === 1 || requests === 0) return ratio;
  const begun =
    share === ratio.share
      ? ratio
      : { ...ratio, share, candidate: 0, stable: 0, before: ratio.before + logEOfShare(ratio) };
  const counted = {
    ...begun,
    candidate: begun.candidate + candidate,
    stable: begun.stable + stable,
    requests: begun.requests + requests,
    got: begun.got + candidate,
    expected: begun.expected + share * requests,
  };
  const log = counted.before + logEOfShare(counted);
  return { ...counted, highest: Math.max(counted.highest, log) };
}

/** ln E since the share last changed; with a prior worth 10,000 requests, sharp for small deviations of many. */
function logEOfShare({ share, candidate, stable }: SampleRatio): number {
  if (share === null) return 0;
  const nullShares = [share, 1 - share];
  const prior = nullShares.map((part) => Math.max(kappa * part, Number.MIN_VALUE ** 0.5));
  return dirichlet({ counts: [candidate, stable], nullShares, prior });
}

const kappa = 10_000;

/** p at any time that the split is as configured. */
export const splitP = ({ highest }: SampleRatio): number => Math.exp(-highest);

/** Below this the split is wrong. */
export const splitAlpha = 0.001;
