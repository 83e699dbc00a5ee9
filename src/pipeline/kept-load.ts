import { mergeHistograms, type LatencyHistogram } from '../checks/report/latency-histogram.ts';
import type { LoadCounts, LoadResult } from '../checks/report/load-result.ts';
import { bucketStart, latencyBucket } from '../gateway/latency-bucket.ts';

const mostBuckets = 1_000;
const mostTicks = 600;
const mostTickBuckets = 50_000;

/**
 * A load result as rows keep it: buckets no finer than the gateway's where there are very many, and no ticks where
 * they would be too large, so that a job decides nothing about the size of our database.
 */
export function keptLoad({ ticks, ...load }: LoadResult): LoadResult {
  const kept = ticks.map(coarse);
  const size = kept.reduce((sum, { buckets }) => sum + buckets.length, 0);
  const isSmall = kept.length <= mostTicks && size <= mostTickBuckets;
  return { ...load, ...coarse(load), ticks: isSmall ? kept : [] };
}

const coarse = ({ requests, bad, seconds, buckets }: LoadCounts): LoadCounts => ({
  requests,
  bad,
  seconds,
  buckets: buckets.length <= mostBuckets ? buckets : mergeHistograms(buckets.map(inOnePercent)),
});

const inOnePercent = ([upperUs, count]: LatencyHistogram[number]): LatencyHistogram[number] => [
  Math.ceil(bucketStart(latencyBucket(upperUs) + 1)),
  count,
];
